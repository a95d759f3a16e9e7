import { sql, type Sql } from '../../platform/database/sql.ts';

/**
 * The one rule of which group gives which tier, as the common table `granted("groupId", "mappedId", "tier")`: every
 * mapped group, and every group below it, at any depth (UNION makes a loop of groups harmless).
 * @param accounts a query for the ids of the accounts to look at
 * @param leftOut a mapping to judge without, to see what taking it away would do
 */
export const grantedGroups = (
  accounts: Sql,
  leftOut: string | null = null,
): Sql => sql`"granted" ("groupId", "mappedId", "tier") AS (
  SELECT t."groupId", t."groupId", t."tier" FROM "tier_mappings" t
  WHERE t."groupId" IS NOT NULL AND t."accountId" IN (${accounts}) ${leftOut === null ? sql`` : sql`AND t."id" <> ${leftOut}`}
  UNION
  SELECT m."memberId", g."mappedId", g."tier" FROM "granted" g
  JOIN "group_members" m ON m."groupId" = g."groupId" AND m."memberType" = 'Group')`;

/** Whether the user `u` of the account `a` has lost every right to be in: the set form of `entitlements`. */
export const withoutRight: Sql = sql`(
  a."deletedAt" IS NOT NULL OR u."deletedAt" IS NOT NULL OR u."releasedAt" IS NOT NULL
  OR EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = u."id")
  OR (a."type" <> 'Team' AND NOT EXISTS (SELECT 1 FROM "domains" d
      WHERE d."accountId" = a."id" AND d."name" = u."primaryDomain" AND d."state" = 'verified'))
  OR (a."type" IN ('EnterpriseOIDC', 'EnterpriseDirectory') AND NOT EXISTS (SELECT 1 FROM "group_members" m
      WHERE m."memberId" = u."id" AND m."memberType" = 'User'
      AND m."groupId" IN (SELECT "groupId" FROM "granted"))))`;
