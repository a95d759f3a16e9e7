import type { Tier } from '../../accounts/accounts/types.ts';
import { rows } from '../../platform/database/run.ts';
import { rowsOf, sql, type Sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';

/**
 * The one rule of which groups of an account let people in, as the common table `granted("groupId")`: every mapped group,
 * and every group below it, at any depth. Each is looked at once, so that loops are harmless.
 * @param which mappings count: all; `leftOut` judges without one, to see what taking it away would do; `tier` by one tier
 */
export async function grantedGroups(
  on: Reader,
  accountId: string,
  { leftOut = '', tier }: { leftOut?: string; tier?: Tier } = {},
): Promise<Sql> {
  const steps = await rows<{ above: string | null; groupId: string }>(
    on,
    sql`SELECT NULL AS "above", "groupId" FROM "tier_mappings"
        WHERE "accountId" = ${accountId} AND "groupId" IS NOT NULL AND "id" <> ${leftOut}
          ${tier ? sql`AND "tier" = ${tier}` : sql``}
        UNION ALL
        SELECT "groupId", "memberId" FROM "group_members" WHERE "accountId" = ${accountId} AND "memberType" = 'Group'`,
  );
  const below = Map.groupBy(steps, ({ above }) => above);
  const granted = new Set(below.get(null)?.map(({ groupId }) => groupId));
  for (const id of granted) for (const { groupId } of below.get(id) ?? []) granted.add(groupId); // the loop goes on to it
  return sql`"granted" ("groupId") AS (${rowsOf([...granted])})`;
}

/** Whether the user `u` of the account `a` has lost every right to be in: the set form of `entitlements`. */
export const withoutRight: Sql = sql`(
  a."deletedAt" IS NOT NULL OR u."deletedAt" IS NOT NULL OR u."releasedAt" IS NOT NULL
  OR EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = u."id")
  OR (a."type" <> 'Team' AND NOT EXISTS (SELECT 1 FROM "domains" d
      WHERE d."accountId" = a."id" AND d."name" = u."primaryDomain" AND d."state" = 'verified'))
  OR (a."type" IN ('EnterpriseOIDC', 'EnterpriseDirectory') AND NOT EXISTS (SELECT 1 FROM "group_members" m
      WHERE m."memberId" = u."id" AND m."memberType" = 'User'
      AND m."groupId" IN (SELECT "groupId" FROM "granted"))))`;
