import type { Account } from '../../accounts/accounts/account.entity.ts';
import { tiersByGroup } from '../../accounts/accounts/types.ts';
import type { Domain } from '../../accounts/domains/domain.entity.ts';
import { listDomains } from '../../accounts/domains/domains.ts';
import { absentChecksBeforeLoss } from '../../accounts/domains/verify.ts';
import { checkConnection } from '../../auth/connectors/openid/check.ts';
import type { Connection } from '../../auth/connectors/openid/connection.entity.ts';
import { secretPlace } from '../../auth/connectors/openid/provider.ts';
import { connectionOf } from '../../auth/connectors/openid/settings.ts';
import { connectedDirectory } from '../../directory/ldap/directories.ts';
import { listGroups } from '../../directory/groups/mappings.ts';
import { type Ending, endingOf, soonDays } from '../../directory/scim/keys/expiry.ts';
import { listScimKeys } from '../../directory/scim/keys/keys.ts';
import { clock, iso, isoOrNull } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import type { Outbound } from '../../platform/outbound/outbound.ts';
import type { Seal } from '../../platform/secrets/seal.ts';
import { fail, type Finding, named, ok, reasonOf, warn } from './finding.ts';

const day = 86_400_000;

/** Domains whose record is gone, or never came. */
export async function lookAtDomains(read: Reader, account: Account): Promise<Finding[]> {
  const domains = await listDomains(read, account.id);
  return domains.map((domain) => domainFinding(account, domain)).filter((finding) => finding !== null);
}

function domainFinding({ name: account }: Account, domain: Domain): Finding | null {
  const { name, state, absentChecks, recordName, createdAt } = domain;
  const mend = `Put the TXT record back at ${recordName}: carillon domain show ${name}`;
  if (state === 'verified' && absentChecks > 0) {
    const found = `The TXT record of ${name} (${account}) was gone at ${absentChecks} daily checks in a row.`;
    return absentChecks >= absentChecksBeforeLoss
      ? fail(`${found} Another account that proves the domain can have it.`, mend)
      : warn(found, mend);
  }
  if (state === 'pending' && clock.now() - createdAt > day) {
    return warn(
      `${name} (${account}) waits for its TXT record since ${iso(createdAt).slice(0, 10)}.`,
      `Add it, then: carillon domain verify ${name}; or remove the claim: carillon domain remove ${name}`,
    );
  }
  return null;
}

/** What must be there before anybody can sign in. */
export async function lookAtSignIn(read: Reader, account: Account): Promise<Finding[]> {
  const { id, name, type } = account;
  const [domains, connection, groups, directory] = await Promise.all([
    listDomains(read, id),
    connectionOf(read, id),
    listGroups(read, id),
    connectedDirectory(read, id),
  ]);
  if (!connection && !directory) {
    if (!tiersByGroup(type)) return []; // its people sign in with what Carillon itself holds
    return [
      warn(`Nobody can sign in to ${name}: it has no identity provider.`, `carillon connection set --account ${id}`),
    ];
  }
  if (type !== 'Team' && domains.every(({ state }) => state !== 'verified')) {
    const mend = `carillon domain claim <domain> --account ${id}`;
    return [fail(`Nobody can sign in to ${name}: it has no verified domain.`, mend)];
  }
  if (!tiersByGroup(type)) return [];
  const mapped = groups.filter(({ tier, groupId }) => tier !== null && groupId !== null);
  const waiting = groups.filter(({ groupId }) => groupId === null).map(({ groupName }) => groupName);
  const findings: Finding[] = [];
  if (mapped.length === 0) {
    const mend =
      groups.length > waiting.length
        ? `Give one a tier: carillon group map <group> Pro --account ${id}`
        : directory
          ? `Add one of the directory: carillon group map <group> Pro --account ${id}`
          : 'Push groups from the directory, then give one a tier: carillon group map <group> Pro';
    findings.push(fail(`Nobody can sign in to ${name}: no group has a permission tier.`, mend));
  } else if (mapped.every(({ members }) => members === 0)) {
    const names = named(mapped.map(({ groupName }) => groupName));
    findings.push(
      warn(
        `Nobody can sign in to ${name}: its groups with a tier are empty (${names}).`,
        'Add people in the directory.',
      ),
    );
  }
  if (waiting.length > 0) {
    const mend = 'Push the groups again under those names, or take the tiers away: carillon group unmap <group>';
    findings.push(warn(`Permission tiers of ${name} wait for groups that are gone: ${named(waiting)}.`, mend));
  }
  return findings;
}

const unusedDays = 30;

/** Keys that no directory uses. */
export async function lookAtScimKeys(read: Reader, account: Account): Promise<Finding[]> {
  const { id, name } = account;
  if (!(await connectionOf(read, id))) return [];
  const keys = await listScimKeys(read, id);
  if (keys.length === 0) {
    return [
      warn(
        `No directory can push to ${name}: it has no SCIM access key.`,
        `carillon scim-key create <name> --account ${id}`,
      ),
    ];
  }
  const now = clock.now();
  const at = (ending: Ending): typeof keys => keys.filter((key) => endingOf(key, now) === ending);
  const rotate = `carillon scim-key rotate <key> --account ${id}`;
  if (keys.every((key) => endingOf(key, now) === 'over')) {
    const found = `No directory can push to ${name}: all its SCIM keys are over (${named(keys.map((key) => key.name))}).`;
    return [fail(found, `carillon scim-key create <name> --account ${id}`)];
  }
  const never = keys.filter(({ lastUsedAt, createdAt }) => lastUsedAt === null && now - createdAt > day);
  const silent = keys.filter(({ lastUsedAt }) => lastUsedAt !== null && now - lastUsedAt > unusedDays * day);
  const revoke = `carillon scim-key revoke <key> --account ${id}`;
  const names = (of: typeof keys): string => named(of.map((key) => key.name));
  const ends = at('soon').map((key) => `${key.name} (${isoOrNull(key.expiresAt)?.slice(0, 16)}Z)`);
  return [
    ...(ends.length > 0
      ? [
          warn(
            `SCIM keys of ${name} end within ${soonDays} days: ${named(ends)}.`,
            `Is another one in use? If not: ${rotate}`,
          ),
        ]
      : []),
    ...(at('over').length > 0
      ? [
          warn(
            `SCIM keys of ${name} are over: ${names(at('over'))}.`,
            `Make sure that another one is in use, then: ${revoke}`,
          ),
        ]
      : []),
    ...(never.length > 0
      ? [warn(`SCIM keys of ${name} were never used: ${names(never)}.`, `Enter them in the directory, or: ${revoke}`)]
      : []),
    ...(silent.length > 0
      ? [
          warn(
            `SCIM keys of ${name} were not used for ${unusedDays} days: ${names(silent)}.`,
            `Does the directory still push? If not: ${revoke}`,
          ),
        ]
      : []),
  ];
}

/** More would make sign-ins fail: an ID token that was issued in our future, or has ended. */
const mostSecondsApart = 60;

/** Whether a connection's secret can be opened, and its provider answers as it must. */
export async function lookAtConnection(
  seal: Seal,
  outbound: Outbound | null,
  account: Account,
  connection: Connection,
): Promise<Finding[]> {
  const { issuer, id, clientSecret } = connection;
  const set = `carillon connection set --account ${account.id}`;
  try {
    seal.unseal(clientSecret, secretPlace(id));
  } catch {
    return [
      fail(
        `The client secret of ${account.name} cannot be opened with this keyring.`,
        `Restore the keyring that it was sealed with, or give the secret anew: ${set}`,
      ),
    ];
  }
  if (!outbound) return [];
  try {
    await checkConnection({ seal }, outbound, connection);
  } catch (error) {
    return [fail(`${issuer}, of ${account.name}: ${reasonOf(error)}.`, `Mend it there, or the settings here: ${set}`)];
  }
  return [ok(`${issuer}, of ${account.name}, answers as it must.`), ...(await clockBeside(outbound, issuer))];
}

async function clockBeside(outbound: Outbound, issuer: string): Promise<Finding[]> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const date = Date.parse((await outbound.fetch(url)).headers.get('date') ?? '');
  const apart = Math.round(Math.abs(date - Date.now()) / 1000);
  if (!(apart > mostSecondsApart)) return [];
  const found = `This machine’s clock and ${issuer}’s are ${apart} seconds apart: sign-ins will be refused.`;
  return [fail(found, 'Keep the clock by NTP (timedatectl set-ntp true).')];
}
