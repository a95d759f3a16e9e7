import { clock } from '../../../platform/clock/clock.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { LdapClients } from '../../../directory/ldap/clients.ts';
import type { Directory } from '../../../directory/ldap/directory.entity.ts';
import { changePassword } from '../../../directory/ldap/sign-in/change-password.ts';
import type { LockoutPolicies } from '../../../directory/ldap/sign-in/lockout.ts';
import { type Credentials, provePassword } from '../../../directory/ldap/sign-in/prove.ts';
import { meetPerson } from '../../../directory/ldap/sync/people/meet.ts';
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
}

/**
 * Proves somebody by their password at their company's directory (the guide, "Connect to Your Active Directory"): who
 * they are is the entry's guid, whatever they typed. Somebody who has just been added need not wait for the next look;
 * of those who are known only a no counts on the way, since what was read may be older than what is known (`meetPerson`).
 * @throws what `provePassword` throws
 */
export async function proveAtDirectory(
  { ground, ldap, lockouts }: Prover,
  { directory, connection }: AtDirectory,
  credentials: Credentials,
  target: string,
): Promise<Proof> {
  const client = ldap.of(directory);
  const person = await provePassword({ ground, client, lockouts }, directory, credentials);
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
export const changeAtDirectory = (
  { ground, ldap, lockouts }: Prover,
  { directory }: AtDirectory,
  credentials: Credentials,
  newPassword: string,
): Promise<void> =>
  changePassword({ ground, client: ldap.of(directory), lockouts }, directory, credentials, newPassword);
