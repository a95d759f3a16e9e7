import { clock } from '../../../platform/clock/clock.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { LdapClients } from '../../../directory/ldap/clients.ts';
import type { Directory } from '../../../directory/ldap/directory.entity.ts';
import { changePassword } from '../../../directory/ldap/sign-in/change-password.ts';
import type { BindTimes } from '../../../directory/ldap/sign-in/bind-times.ts';
import type { LockoutPolicies } from '../../../directory/ldap/sign-in/lockout.ts';
import { type Credentials, provePassword, type Proving } from '../../../directory/ldap/sign-in/prove.ts';
import type { PasswordMustChange } from '../../../directory/ldap/sign-in/errors.ts';
import { meetPerson } from '../../../directory/ldap/sync/people/meet.ts';
import type { DirectoryPerson } from '../../../directory/ldap/sync/people/person.ts';
import { knownDevice } from '../../credentials/guesses/devices.ts';
import type { Connection } from '../openid/connection.entity.ts';
import type { Proof } from '../openid/finish.ts';

/** Where a directory's people prove themselves: the directory, and the row that its people and groups belong to. */
export interface AtDirectory {
  directory: Directory;
  connection: Connection;
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
  const person = await provePassword(provingAt(prover, at, typed), at.directory, typed);
  return proofOf(prover.ground, at, person, target);
}

const provingAt = (
  { ground, ldap, lockouts, times }: Prover,
  { directory }: AtDirectory,
  { device }: Typed,
): Proving => ({
  ground,
  client: ldap.of(directory),
  lockouts,
  times,
  isKnown: async (guid) => {
    const whose = sql`SELECT "id" FROM "users" WHERE "connectionId" = ${directory.id} AND "externalId" = ${guid}
        AND "deletedAt" IS NULL`;
    return (await knownDevice(ground.db.read, 'user', whose, device)) !== null;
  },
});

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
  { directory, connection }: AtDirectory,
  person: DirectoryPerson,
  target: string,
): Promise<Proof> {
  const { organisationId, accountId, id: connectionId } = connection;
  await meetPerson(ground, { organisationId, accountId, connectionId }, person);
  return {
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
