import { requireAccount } from '../../../accounts/accounts/accounts.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { TierMapping } from '../../../users/entitlement/mapping.entity.ts';
import type { Scope } from '../../../users/lifecycle/out.ts';
import { giveTier, mapGroup, readTier } from '../../groups/mappings.ts';
import { announceDirectory } from '../changed.ts';
import type { LdapClients } from '../clients.ts';
import { connectedDirectory } from '../directories.ts';
import { ldapErrors } from '../errors.ts';
import { findGroup } from './find.ts';
import { storeGroup } from './store.ts';

export interface GroupInput {
  groupName: string;
  tier: unknown;
  /** The group that is meant, by its id here: whatever it is called, and whoever is called the same. */
  groupId?: string;
}

/**
 * Gives a group a permission tier by its exact name, wherever the account's groups are (AddOrUpdateGroups): those of a
 * connected directory are looked up there, those of SCIM were pushed; one that is known here also by its id.
 * @throws what `addDirectoryGroup` and `mapGroup` throw
 */
export async function addGroup(
  ground: Ground,
  ldap: LdapClients,
  scope: Scope,
  input: GroupInput,
): Promise<TierMapping> {
  const directory = await connectedDirectory(ground.db.read, scope.accountId);
  return directory && input.groupId === undefined
    ? addDirectoryGroup(ground, ldap, scope, input)
    : mapGroup(ground, scope, input);
}

/**
 * Gives a group of the connected directory a tier (the guide, "Connect to Your Active Directory", step 4). Its members,
 * and theirs, are read by the next look at the directory, which this makes come at once.
 * @throws directory.groupNotFound, directory.groupAmbiguous, directory.notConnected, mapping.tierInvalid,
 *   directory.unavailable
 */
async function addDirectoryGroup(
  ground: Ground,
  ldap: LdapClients,
  scope: Scope,
  input: GroupInput,
): Promise<TierMapping> {
  const { organisationId, accountId } = scope;
  const requestParameters = { accountId, groupName: input.groupName.slice(0, 1024), permissionTier: input.tier };
  const action = { eventName: 'AddOrUpdateGroups', organisationId, accountId, requestParameters };
  try {
    await requireAccount(ground.db.read, organisationId, accountId);
    const tier = readTier(input.tier);
    const directory = await connectedDirectory(ground.db.read, accountId);
    if (!directory) throw ldapErrors('directory.notConnected');
    const found = await findGroup(ldap.of(directory), directory, input.groupName);
    return await ground.trail.perform(action, async (m) => {
      await requireAccount(m, organisationId, accountId);
      // Again: the directory's answer took its time.
      const now = await connectedDirectory(m, accountId);
      if (now?.id !== directory.id) throw ldapErrors('directory.notConnected');
      const group = await storeGroup(ground, m, { organisationId, accountId, connectionId: directory.id }, found);
      const mapping = await giveTier(ground, m, scope, group, tier);
      announceDirectory(ground, directory.id);
      return { result: mapping, responseElements: { directoryId: directory.id, groupId: group.id } };
    });
  } catch (error) {
    if (error instanceof CarillonError) ground.trail.refused(action, error);
    throw error;
  }
}
