import { requireAccount } from '../../../accounts/accounts/accounts.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Scope } from '../../../users/lifecycle/out.ts';
import { announceDirectory } from '../changed.ts';
import type { LdapClients } from '../clients.ts';
import { requireDirectory } from '../directories.ts';
import { type Directory, DirectoryTable } from '../directory.entity.ts';
import { ldapErrors } from '../errors.ts';

/**
 * Forgets a directory that is not connected (UnauthorizeDirectory), with the password of its service account.
 * @throws account.notFound, directory.notFound, directory.isConnected
 */
export async function unauthoriseDirectory(
  ground: Ground,
  ldap: LdapClients,
  scope: Scope,
  directoryId: string,
): Promise<Directory> {
  const { organisationId, accountId } = scope;
  const action = {
    eventName: 'UnauthorizeDirectory',
    organisationId,
    accountId,
    requestParameters: { accountId, directoryId },
  };
  const directory = await ground.trail.perform(action, async (m) => {
    await requireAccount(m, organisationId, accountId);
    const present = await requireDirectory(m, scope, directoryId);
    if (present.connectedAt !== null) throw ldapErrors('directory.isConnected');
    await m.delete(DirectoryTable, { id: present.id });
    announceDirectory(ground, present.id);
    return { result: present, responseElements: { directoryId: present.id, name: present.name } };
  });
  ldap.forget(directory.id);
  return directory;
}
