import { getServers } from 'node:dns';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from '../../accounts/accounts/account.entity.ts';
import { listDomains } from '../../accounts/domains/domains.ts';
import { connectedDirectory } from '../../directory/ldap/directories.ts';
import { connectionOf } from '../../auth/connectors/openid/settings.ts';
import { chunks } from '../../platform/database/chunks.ts';
import { clock } from '../../platform/clock/clock.ts';
import type { Config } from '../../platform/config/settings.ts';
import { type Inspected, inspectDatabase } from '../../platform/database/inspect.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { createOutbound, type Outbound } from '../../platform/outbound/outbound.ts';
import { openKeyring } from '../../platform/secrets/keyring.ts';
import { createSeal } from '../../platform/secrets/seal.ts';
import { storage } from '../../storage/storage.ts';
import { lookAtDirectory } from './directories.ts';
import { lookAtConnection, lookAtDomains, lookAtScimKeys, lookAtSignIn } from './accounts.ts';
import { lookAtCertificates, lookAtDns, lookAtPrivateHosts, lookAtPublicUrl } from './addresses.ts';
import {
  everyAccount,
  lookAtAdministrators,
  lookAtClock,
  lookAtEngine,
  lookAtLogout,
  lookAtOutbox,
  lookAtSchema,
  lookAtWrittenTimes,
} from './database.ts';
import { fail, type Finding, isolated, type Named, ok, reasonOf, skipped } from './finding.ts';
import { lookAtMail } from './mail.ts';
import { lookAtSealed } from './sealed.ts';
import { lookAtData, lookAtKeys, lookAtLog, lookAtNode, lookAtPort } from './machine.ts';

interface Options {
  configuration: () => Config;
  /** Asks nobody outside this machine. */
  offline: boolean;
}

type Look = () => Finding[] | Promise<Finding[]>;

/** Looks at everything that an installation stands on, each by itself: also when the server cannot start. */
export async function examine({ configuration, offline }: Options): Promise<Named[]> {
  const findings = await isolated('node', lookAtNode);
  let config: Config;
  try {
    config = configuration();
    findings.push({ check: 'configuration', ...ok('Every setting is one that Carillon knows, and fits.') });
  } catch (error) {
    const mend = 'Mend these settings; .env.example has every one with its meaning.';
    return [...findings, { check: 'configuration', ...fail(reasonOf(error), mend) }];
  }
  const ofMachine: [string, Look][] = [
    ['public-url', () => lookAtPublicUrl(config)],
    ['port', () => lookAtPort(config)],
    ['data', () => lookAtData(config)],
    ['keys', () => lookAtKeys(config)],
    ['certificates', () => lookAtCertificates(config)],
    ['log', () => lookAtLog(config)],
    ['mail', () => lookAtMail(config, offline)],
    ['outbound', () => (offline ? [skipped('Private hosts were not resolved.')] : lookAtPrivateHosts(config))],
  ];
  for (const [check, look] of ofMachine) findings.push(...(await isolated(check, look)));
  return [...findings, ...(await examineDatabase(config, offline))];
}

async function examineDatabase(config: Config, offline: boolean): Promise<Named[]> {
  const asked = clock.now();
  let database: Inspected | null;
  try {
    database = await inspectDatabase(config.databaseUrl, storage);
  } catch (error) {
    const mend = 'Is DATABASE_URL right, does the server run, and may this user open it?';
    return [
      { check: 'database', ...fail(`The database cannot be opened: ${reasonOf(error)}.`, mend) },
      ...(await isolated('clock', () => lookAtClock(null, asked))),
    ];
  }
  if (!database) {
    const found = `There is no database at ${config.databaseUrl} yet: the first start makes it.`;
    return [{ check: 'database', ...ok(found) }, ...(await isolated('clock', () => lookAtClock(null, asked)))];
  }
  try {
    return await examineContent(config, database, asked, offline);
  } finally {
    await database.close();
  }
}

async function examineContent(config: Config, database: Inspected, asked: number, offline: boolean): Promise<Named[]> {
  const { read, missing } = database;
  const findings: Named[] = [];
  const look = async (check: string, at: Look): Promise<void> => void findings.push(...(await isolated(check, at)));
  await look('database', () => lookAtEngine(database));
  await look('schema', () => lookAtSchema(database));
  await look('clock', () => lookAtClock(database, asked));
  await look('keys', () => lookAtSealed(config, database));
  if (missing.length > 0) {
    const found = 'What the database holds was not looked at: its schema is not that of this release.';
    return [...findings, { check: 'content', ...skipped(found) }];
  }
  await look('clock', () => lookAtWrittenTimes(read));
  await look('outbox', () => lookAtOutbox(read));
  await look('logout', () => lookAtLogout(read));
  await look('administrators', () => lookAtAdministrators(read));
  const accounts = await everyAccount(read).catch((): Account[] => []);
  const inEach =
    (of: (on: Reader, account: Account) => Promise<Finding[]>, well: string): Look =>
    async () => {
      const found: Finding[] = [];
      for (const account of accounts) found.push(...(await of(read, account)));
      return found.length > 0 ? found : [ok(well)];
    };
  await look('sign-in', inEach(lookAtSignIn, 'No account lacks what people need to sign in.'));
  await look('domains', inEach(lookAtDomains, 'No domain lacks its record.'));
  await look('scim-keys', inEach(lookAtScimKeys, 'No SCIM access key needs a look.'));
  await look('connections', () => lookAtConnections(config, read, accounts, offline));
  await look('dns', () => (offline ? [skipped('DNS was not asked.')] : lookAtResolvers(config, read, accounts)));
  return findings;
}

async function lookAtResolvers(config: Config, read: Reader, accounts: readonly Account[]): Promise<Finding[]> {
  const claims = await Promise.all(accounts.slice(0, 10).map(({ id }) => listDomains(read, id)));
  const name = claims.flat()[0]?.recordName ?? 'example.com';
  return lookAtDns(config.dnsResolvers.length > 0 ? config.dnsResolvers : getServers(), name);
}

/** Providers that are asked at the same time. */
const atOnce = 8;

async function lookAtConnections(
  config: Config,
  read: Reader,
  accounts: readonly Account[],
  offline: boolean,
): Promise<Finding[]> {
  if (!existsSync(join(config.certsDir, 'keyring.json'))) return [skipped('Client secrets need the keyring.')];
  const seal = createSeal(openKeyring(config.certsDir));
  const outbound: Outbound | null = offline ? null : createOutbound({ privateHosts: config.outboundPrivateHosts });
  const findings: Finding[] = [];
  try {
    for (const some of chunks(accounts, atOnce)) {
      const found = await Promise.all(
        some.map(async (account) => {
          const connection = await connectionOf(read, account.id);
          const directory = await connectedDirectory(read, account.id);
          return [
            ...(connection ? await lookAtConnection(seal, outbound, account, connection) : []),
            ...(directory ? await lookAtDirectory(read, seal, outbound, account, directory) : []),
          ];
        }),
      );
      findings.push(...found.flat());
    }
  } finally {
    await outbound?.close();
  }
  return findings.length > 0 ? findings : [ok('There is no identity provider or directory to look at.')];
}
