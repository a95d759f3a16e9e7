import type { Ground } from '../../../trail/ground.ts';
import type { Scope } from '../../../users/lifecycle/out.ts';
import type { LdapClients } from '../clients.ts';
import { requireDirectory } from '../directories.ts';
import { type Diagnosis, diagnose } from './diagnose.ts';

/**
 * Tries a directory as it is stored, every server of it.
 * @throws directory.notFound, secrets.unsealable
 */
export async function testDirectory(
  ground: Ground,
  ldap: LdapClients,
  scope: Scope,
  directoryId: string,
): Promise<Diagnosis[]> {
  const directory = await requireDirectory(ground.db.read, scope, directoryId);
  ground.trail.observed({ eventName: 'TestDirectory', readOnly: true, ...scope, requestParameters: { directoryId } });
  return diagnose(ldap.outbound, { ...directory, bindPassword: ldap.passwordOf(directory) });
}
