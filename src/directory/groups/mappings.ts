import { markAccountChanged } from '../../accounts/accounts/changed.ts';
import { requireAccount } from '../../accounts/accounts/accounts.ts';
import { type Tier, tiers } from '../../accounts/accounts/types.ts';
import { clock } from '../../platform/clock/clock.ts';
import { rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { Ground } from '../../trail/ground.ts';
import { type Group, GroupTable } from '../../users/entitlement/group.entity.ts';
import { type TierMapping, TierMappingTable } from '../../users/entitlement/mapping.entity.ts';
import { putOutWithoutRight, type Scope } from '../../users/lifecycle/out.ts';
import { directoryErrors } from '../errors.ts';

/**
 * Gives a pushed group a permission tier, by its exact name (the guide, "Connect to Okta SSO", step 4), or by its id; a
 * group that has one gets the new one.
 * @throws mapping.groupNotFound when no group of exactly that name was pushed, mapping.tierInvalid, account.notFound
 */
export async function mapGroup(
  ground: Ground,
  scope: Scope,
  { groupName, groupId, tier: given }: { groupName: string; groupId?: string; tier: unknown },
): Promise<TierMapping> {
  const { organisationId, accountId } = scope;
  const requestParameters = {
    accountId,
    groupName: groupName.slice(0, 256),
    ...(groupId !== undefined && { groupId: groupId.slice(0, 64) }),
    permissionTier: given,
  };
  return ground.trail.perform(
    { eventName: 'AddOrUpdateGroups', organisationId, accountId, requestParameters },
    async (m) => {
      await requireAccount(m, organisationId, accountId);
      const tier = readTier(given);
      const which = groupId === undefined ? { displayName: groupName } : { id: groupId };
      const group = await m.findOneBy(GroupTable, { accountId, ...which });
      if (!group) {
        throw directoryErrors('mapping.groupNotFound', { field: 'groupName', values: { name: groupName } });
      }
      return { result: await giveTier(ground, m, scope, group, tier) };
    },
  );
}

/** Gives a group of this account a tier, in the unit of work of whoever asks. */
export async function giveTier(
  ground: Ground,
  m: Writer,
  scope: Scope,
  group: Pick<Group, 'id' | 'displayName' | 'connectionId'>,
  tier: Tier,
): Promise<TierMapping> {
  const mapping = await store(m, scope, group, tier);
  await markAccountChanged(ground, m, scope.accountId);
  return mapping;
}

/** Changes the tier of a mapped group; nobody is put out by that. @throws mapping.notFound, mapping.tierInvalid */
export async function changeTier(ground: Ground, scope: Scope, mappingId: string, tier: unknown): Promise<void> {
  const { organisationId, accountId } = scope;
  const action = {
    eventName: 'AddOrUpdateGroups',
    organisationId,
    accountId,
    requestParameters: { accountId, mappingId, permissionTier: tier },
  };
  await ground.trail.perform(action, async (m) => {
    const mapping = await requireMapping(m, scope, mappingId);
    await m.update(TierMappingTable, { id: mapping.id }, { tier: readTier(tier) });
    await markAccountChanged(ground, m, accountId);
    return { result: undefined, responseElements: { groupName: mapping.groupName } };
  });
}

/** Takes a group's tier away: whoever came in by it alone is out from this commit on. @throws mapping.notFound */
export async function unmapGroup(ground: Ground, scope: Scope, mappingId: string): Promise<number> {
  const { organisationId, accountId } = scope;
  const action = { eventName: 'DeleteGroups', organisationId, accountId, requestParameters: { accountId, mappingId } };
  return ground.trail.perform(action, async (m) => {
    const mapping = await requireMapping(m, scope, mappingId);
    await m.delete(TierMappingTable, { id: mapping.id });
    await markAccountChanged(ground, m, accountId);
    const putOut = await putOutWithoutRight(ground, m, scope, 'group');
    return { result: putOut, responseElements: { groupName: mapping.groupName, putOut } };
  });
}

/** @throws mapping.notFound, also for another account's */
export async function requireMapping(on: Reader, scope: Scope, mappingId: string): Promise<TierMapping> {
  const { organisationId, accountId } = scope;
  const mapping = await on.findOneBy(TierMappingTable, { id: mappingId, organisationId, accountId });
  if (!mapping) throw directoryErrors('mapping.notFound');
  return mapping;
}

export interface GroupLine {
  groupId: string | null;
  groupName: string;
  members: number;
  mappingId: string | null;
  tier: Tier | null;
}

/** The groups that were pushed, with their tiers, and the mappings that wait for a group; by name. */
export const listGroups = (on: Reader, accountId: string): Promise<GroupLine[]> =>
  rows<GroupLine>(
    on,
    sql`SELECT g."id" AS "groupId", g."displayName" AS "groupName",
          (SELECT COUNT(*) FROM "group_members" m WHERE m."groupId" = g."id") AS "members",
          t."id" AS "mappingId", t."tier"
        FROM "directory_groups" g LEFT JOIN "tier_mappings" t ON t."groupId" = g."id"
        WHERE g."accountId" = ${accountId}
        UNION ALL
        SELECT NULL, "groupName", 0, "id", "tier" FROM "tier_mappings"
        WHERE "accountId" = ${accountId} AND "groupId" IS NULL
        ORDER BY 2`,
  );

/** @throws mapping.tierInvalid */
export function readTier(input: unknown): Tier {
  const tier = tiers.find((name) => name === input);
  if (!tier) throw directoryErrors('mapping.tierInvalid', { field: 'tier' });
  return tier;
}

async function store(
  m: Writer,
  scope: Scope,
  group: Pick<Group, 'id' | 'displayName' | 'connectionId'>,
  tier: Tier,
): Promise<TierMapping> {
  const present = await m.findOneBy(TierMappingTable, { groupId: group.id });
  if (present) {
    await m.update(TierMappingTable, { id: present.id }, { tier });
    return { ...present, tier };
  }
  const waiting = await m.findOneBy(TierMappingTable, { accountId: scope.accountId, groupName: group.displayName });
  if (waiting?.groupId === null) {
    await m.update(TierMappingTable, { id: waiting.id }, { tier, groupId: group.id });
    return { ...waiting, tier, groupId: group.id };
  }
  const mapping: TierMapping = {
    id: newId(),
    organisationId: scope.organisationId,
    accountId: scope.accountId,
    connectionId: group.connectionId,
    groupName: group.displayName,
    groupId: group.id,
    tier,
    createdAt: clock.now(),
  };
  await m.insert(TierMappingTable, mapping);
  return mapping;
}
