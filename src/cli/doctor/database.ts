import { AdministratorTable } from '../../access/administrators/administrator.entity.ts';
import { listAccounts } from '../../accounts/accounts/accounts.ts';
import type { Account } from '../../accounts/accounts/account.entity.ts';
import { listOrganisations } from '../../accounts/organisations/organisations.ts';
import { undelivered } from '../../auth/provider/logout/undelivered.ts';
import { clock, iso } from '../../platform/clock/clock.ts';
import type { Inspected } from '../../platform/database/inspect.ts';
import { firstRow, rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { redactText } from '../../platform/log/redact.ts';
import { fail, type Finding, ok, warn } from './finding.ts';

const engines = { sqlite: 'SQLite', postgres: 'PostgreSQL' };

/** The engine, and whether it is one that Carillon can trust. */
export function lookAtEngine({ engine, version, unfit }: Inspected): Finding[] {
  const found = `${engines[engine]} ${version} answers.`;
  return unfit ? [fail(unfit.message, 'Mend that at the server, then start Carillon again.')] : [ok(found)];
}

/** Whether the schema is the one of this release. */
export function lookAtSchema({ missing, unknown }: Inspected): Finding[] {
  if (unknown.length > 0) {
    return [
      warn(
        `The database was brought further by a newer release (${unknown.at(-1)}).`,
        'Run that release, or restore a backup from before it: the next but one may not run on this schema.',
      ),
    ];
  }
  if (missing.length === 0) return [ok('The schema is up to date.')];
  return [
    warn(
      `The schema lacks ${missing.length} of this release’s migrations (${missing.join(', ')}).`,
      'The next start of the server brings it up to date, as does: carillon migrate. Make a backup before.',
    ),
  ];
}

/** No installation is older: a clock that says so has lost its battery. */
const earliest = Date.UTC(2026, 0, 1);
const minute = 60_000;

/** Whether this machine, the database and what was written agree on the time: sessions and sign-ins end by it. */
export async function lookAtClock(database: Inspected | null, asked: number): Promise<Finding[]> {
  const now = clock.now();
  const mend = 'Keep the clock by NTP (timedatectl set-ntp true): sessions and sign-ins end by it.';
  if (now < earliest) return [fail(`This machine’s clock says ${iso(now)}.`, mend)];
  if (!database) return [ok(`This machine’s clock says ${iso(now)}.`)];
  const apart = Math.round((database.now - asked) / 1000);
  if (Math.abs(apart) > 5) {
    const found = `This machine’s clock and the database’s are ${Math.abs(apart)} seconds apart.`;
    return [Math.abs(apart) > 60 ? fail(found, mend) : warn(found, mend)];
  }
  return [ok(`This machine’s clock says ${iso(now)}, and the database agrees.`)];
}

/** Whether something was written at a time that is still to come. */
export async function lookAtWrittenTimes(read: Reader): Promise<Finding[]> {
  const last = await firstRow<{ at: number | null }>(read, sql`SELECT MAX("eventTime") AS "at" FROM "trail_records"`);
  if (!last?.at || last.at < clock.now() + 5 * minute) return [];
  return [
    warn(
      `The trail has a record of ${iso(last.at)}, which is still to come: this clock is slow, or was fast.`,
      'Compare the clock with another one.',
    ),
  ];
}

interface Stuck {
  topic: string;
  count: number;
  oldest: number;
  attempts: number;
  lastError: string | null;
}

/** What was committed and has not been followed up: closing what is over, receipts. */
export async function lookAtOutbox(read: Reader): Promise<Finding[]> {
  const stuck = await rows<Stuck>(
    read,
    sql`SELECT "topic", COUNT(*) AS "count", MIN("createdAt") AS "oldest", MAX("attempts") AS "attempts",
          MAX("lastError") AS "lastError"
        FROM "outbox" WHERE "state" <> 'done' AND "createdAt" < ${clock.now() - minute} GROUP BY "topic" ORDER BY "topic"`,
  );
  if (stuck.length === 0) return [ok('Everything that was committed has been followed up.')];
  return stuck.map(({ topic, count, oldest, attempts, lastError }) => {
    const found = `${count} events of ${topic} wait since ${iso(oldest)}, tried ${attempts} times at most.`;
    if (!lastError) return warn(found, 'Start the server: it follows them up.');
    return fail(`${found} The last error: ${redactText(lastError)}`, 'The log has the whole error: look for “outbox”.');
  });
}

/** Relying parties that are told of sessions that are over, and do not take it: people stay signed in there. */
export async function lookAtLogout(read: Reader): Promise<Finding[]> {
  const found = await undelivered(read);
  if (found.length === 0) return [ok('Every application takes its logout tokens.')];
  return found.map(({ clientId, name, uri, count, since, lastError }) => {
    const said = `${name ?? clientId} does not take ${count} logout ${count === 1 ? 'token' : 'tokens'} at ${uri} since ${iso(since)}: ${redactText(lastError)}.`;
    const show =
      name === null ? 'The application was deleted: it is given up after a day.' : `carillon client show ${clientId}`;
    return warn(said, `People stay signed in there. Mend it there, or its address here: ${show}`);
  });
}

/** Whether there is an organisation, and somebody who can administer it. */
export async function lookAtAdministrators(read: Reader): Promise<Finding[]> {
  const organisations = await listOrganisations(read);
  if (organisations.length === 0) {
    return [warn('There is no organisation yet.', 'Start the server, and follow the link that it prints.')];
  }
  const findings = await Promise.all(
    organisations.map(async ({ id, name }) => {
      const administrators = await read.find(AdministratorTable, { where: { organisationId: id } });
      const able = administrators.filter(({ passwordHash }) => passwordHash !== null);
      if (able.length > 0) return ok(`${able.length} can administer ${name || id}.`);
      return warn(`Nobody has a password for ${name || id} yet.`, 'Make a set-up link: carillon admin link');
    }),
  );
  return findings;
}

/** Every account of the installation, to be looked at one by one. */
export async function everyAccount(read: Reader): Promise<Account[]> {
  const organisations = await listOrganisations(read);
  return (await Promise.all(organisations.map(({ id }) => listAccounts(read, id)))).flat();
}
