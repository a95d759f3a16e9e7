import { setImmediate as nextTurn } from 'node:timers/promises';
import { clock } from '../../../platform/clock/clock.ts';
import { rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { LdapClients } from '../../../directory/ldap/clients.ts';
import type { Directory } from '../../../directory/ldap/directory.entity.ts';
import { changePassword } from '../../../directory/ldap/sign-in/change-password.ts';
import type { BindTimes } from '../../../directory/ldap/sign-in/bind-times.ts';
import type { LockoutPolicies } from '../../../directory/ldap/sign-in/lockout.ts';
import type { Forget } from '../../../directory/ldap/sign-in/guesses.ts';
import { type Credentials, provePassword, type Proving } from '../../../directory/ldap/sign-in/prove.ts';
import type { PasswordMustChange } from '../../../directory/ldap/sign-in/errors.ts';
import { askAboutEntry, meetPerson } from '../../../directory/ldap/sync/people/meet.ts';
import type { DirectoryPerson } from '../../../directory/ldap/sync/people/person.ts';
import { holdersKnown } from '../../credentials/guesses/devices.ts';
import type { Connection } from '../openid/connection.entity.ts';
import type { Proof } from '../openid/finish.ts';

/** Where a directory's people prove themselves: the directory, and the row that its people and groups belong to. */
export interface AtDirectory {
  directory: Directory;
  connection: Connection;
  /** The verified domain that has led there. */
  domain: string;
}

/** What this connector stands on. */
export interface Prover {
  ground: Ground;
  ldap: LdapClients;
  lockouts: LockoutPolicies;
  times: BindTimes;
}

/** What was typed, and by what the browser may be known. */
export interface Typed extends Credentials {
  device: string | undefined;
}

/**
 * Proves somebody by their password at their company's directory (the guide, "Connect to Your Active Directory"): who
 * they are is the entry's guid, whatever they typed. Somebody who has just been added need not wait for the next look;
 * of those who are known only a no counts on the way, since what was read may be older than what is known (`meetPerson`).
 * @throws what `provePassword` throws
 */
export async function proveAtDirectory(prover: Prover, at: AtDirectory, typed: Typed, target: string): Promise<Proof> {
  const { ground } = prover;
  let asked: ReturnType<typeof askAboutEntry> | undefined;
  let forget: Forget | undefined;
  const proving: Proving = {
    ...provingAt(prover, at, typed),
    asking: (person) => {
      asked = meanwhile(() => askAboutEntry(ground.db.read, scopeOf(at), person));
    },
    forgetLater: (how) => {
      forget = how;
    },
  };
  const person = await provePassword(proving, at.directory, typed);
  try {
    return { ...(await proofOf(ground, at, person, target, asked)), ...(forget && { alongside: forget }) };
  } catch (error) {
    if (forget) await ground.db.write(forget);
    throw error;
  }
}

/**
 * Asks as soon as what was asked of the directory is on its way: SQLite answers at once, and keeps the process busy. Who
 * does not wait for the answer need not know that it failed.
 */
function meanwhile<T>(ask: () => Promise<T>): Promise<T> {
  const asked = nextTurn().then(ask);
  asked.catch(() => undefined);
  return asked;
}

const scopeOf = ({ connection: { organisationId, accountId, id } }: AtDirectory) => ({
  organisationId,
  accountId,
  connectionId: id,
});

const provingAt = (
  { ground, ldap, lockouts, times }: Prover,
  { directory, domain }: AtDirectory,
  { device }: Typed,
): Proving => {
  // Whoever is meant: so it is asked while the directory looks for them, and costs the same for a name that nobody has.
  const known = meanwhile(() =>
    rows<{ guid: string }>(
      ground.db.read,
      sql`SELECT u."externalId" AS "guid" FROM (${holdersKnown('user', device)}) d CROSS JOIN "users" u
          WHERE u."id" = d."holderId" AND u."connectionId" = ${directory.id} AND u."deletedAt" IS NULL`,
    ),
  );
  const isKnown: Proving['isKnown'] = async (guid) => (await known).some((one) => one.guid === guid);
  return { ground, client: ldap.of(directory), lockouts, times, isKnown, domain };
};

/**
 * What is proved of somebody whose directory took their password, and wants another one first: nobody is in by it, and
 * whatever else they have to show is asked before it is changed.
 * @param newPassword what they typed, for the page that asks for another one
 */
export const provedButForPassword = async (
  { ground }: Pick<Prover, 'ground'>,
  at: AtDirectory,
  { person }: PasswordMustChange,
  target: string,
  newPassword: NonNullable<Proof['newPassword']>,
): Promise<Proof> => ({ ...(await proofOf(ground, at, person, target)), newPassword });

async function proofOf(
  ground: Ground,
  at: AtDirectory,
  person: DirectoryPerson,
  target: string,
  asked?: ReturnType<typeof askAboutEntry>,
): Promise<Proof> {
  const { directory, connection } = at;
  const likely = await meetPerson(ground, scopeOf(at), person, asked);
  return {
    ...(likely !== null && { likely }),
    connection,
    issuer: `ldap:${directory.id}`,
    subject: person.guid,
    address: null, // the guid alone tells who it is
    target,
    authTime: clock.now(),
    amr: 'pwd',
  };
}

/** Changes a password that the directory wants changed. @throws what `changePassword` throws */
export const changeAtDirectory = (prover: Prover, at: AtDirectory, typed: Typed, newPassword: string): Promise<void> =>
  changePassword(provingAt(prover, at, typed), at.directory, typed, newPassword);
