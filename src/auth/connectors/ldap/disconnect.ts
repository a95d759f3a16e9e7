import { requireAccount } from '../../../accounts/accounts/accounts.ts';
import type { AccountType } from '../../../accounts/accounts/types.ts';
import { announceDirectory } from '../../../directory/ldap/changed.ts';
import type { LdapClients } from '../../../directory/ldap/clients.ts';
import { connectedDirectory } from '../../../directory/ldap/directories.ts';
import { DirectoryTable } from '../../../directory/ldap/directory.entity.ts';
import { ldapErrors } from '../../../directory/ldap/errors.ts';
import { forgetDirectory } from '../../../directory/ldap/sync/state/forget.ts';
import type { Ground } from '../../../trail/ground.ts';
import { keepWithoutDirectory } from '../../../users/lifecycle/disconnect.ts';
import type { Scope } from '../../../users/lifecycle/out.ts';
import { dropConnections } from '../openid/disconnect.ts';

/**
 * Disconnects an account's directory (DisconnectDirectory), which stays authorised. Its groups and identities go; people
 * stay, and who is in stays in, with the tier that they have (`keepWithoutDirectory`). Nobody signs in with a password
 * of the directory any more.
 * @param by the id of the administrator
 * @returns the kind of account that is left
 * @throws account.notFound, directory.notConnected
 */
export async function disconnectDirectory(
  ground: Ground,
  ldap: LdapClients,
  scope: Scope,
  by: string,
): Promise<AccountType> {
  const { organisationId, accountId } = scope;
  const action = { eventName: 'DisconnectDirectory', organisationId, accountId, requestParameters: { accountId } };
  const { accountType, directoryId } = await ground.trail.perform(action, async (m) => {
    await requireAccount(m, organisationId, accountId);
    const directory = await connectedDirectory(m, accountId);
    if (!directory) throw ldapErrors('directory.notConnected');
    // Tiers are read from the groups, which go with the connection.
    const left = await keepWithoutDirectory(ground, m, scope, by);
    await dropConnections(m, [accountId]);
    await forgetDirectory(m, directory.id);
    await m.update(DirectoryTable, { id: directory.id }, { connectedAt: null });
    announceDirectory(ground, directory.id);
    const { id, name } = directory;
    return {
      result: { accountType: left, directoryId: id },
      responseElements: { directoryId: id, name, accountType: left },
    };
  });
  ldap.forget(directoryId);
  return accountType;
}
