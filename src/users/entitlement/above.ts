import type { Tier } from '../../accounts/accounts/types.ts';
import { rows } from '../../platform/database/run.ts';
import { isOneOf, sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';

/** Somebody, or a group, is a member of a group. */
export interface GroupStep {
  memberId: string;
  groupId: string;
  groupName: string;
  /** What the group was given. */
  tier: Tier | null;
}

/**
 * Every step up from these people through groups in groups, each once however many ways lead over it: so thousands of
 * groups in each other are as many rows, and no more. What leads nowhere (a group without a tier that is in no other) is
 * left out, unless it is asked for.
 * @param whole also what leads nowhere
 */
export const stepsAbove = (on: Reader, userIds: readonly string[], whole = false): Promise<GroupStep[]> => {
  const people = sql`m."memberId" ${isOneOf(userIds)} AND m."memberType" = 'User'`;
  // Of a group without a tier the name is read only for those who see the whole.
  const step = sql`SELECT m."memberId", m."groupId", COALESCE(g."displayName", '') AS "groupName", t."tier"
        FROM "group_members" m LEFT JOIN "tier_mappings" t ON t."groupId" = m."groupId"
        LEFT JOIN "directory_groups" g ON g."id" = ${whole ? sql`m."groupId"` : sql`t."groupId"`}`;
  const leads = whole
    ? sql`TRUE`
    : sql`(t."tier" IS NOT NULL OR EXISTS (SELECT 1 FROM "group_members" o
            WHERE o."memberId" = m."groupId" AND o."memberType" = 'Group'))`;
  return rows<GroupStep>(
    on,
    sql`WITH RECURSIVE "above" ("groupId") AS (
          SELECT m."groupId" FROM "group_members" m WHERE ${people}
          UNION
          SELECT m."groupId" FROM "above" a
          JOIN "group_members" m ON m."memberId" = a."groupId" AND m."memberType" = 'Group')
        ${step} WHERE ${people} AND ${leads}
        UNION ALL
        ${step} WHERE m."memberId" IN (SELECT "groupId" FROM "above") AND m."memberType" = 'Group'`,
  );
};
