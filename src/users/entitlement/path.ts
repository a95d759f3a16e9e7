import type { Tier } from '../../accounts/accounts/types.ts';
import { rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';

/** The way from a person to a group that has a tier, or has none: each group is a member of the next. */
export interface GroupPath {
  groups: string[];
  /** The tier of the last group. */
  tier: Tier | null;
}

interface Step {
  memberId: string;
  groupId: string;
  groupName: string;
  tier: Tier | null;
}

/**
 * How a person comes to every group that they are in, directly or through others, by the shortest way: those with a
 * tier first. What `entitlement` concludes, with the steps in between.
 */
export async function groupPaths(on: Reader, accountId: string, userId: string): Promise<GroupPath[]> {
  const steps = await rows<Step>(
    on,
    sql`WITH RECURSIVE "above" ("groupId") AS (
          SELECT "groupId" FROM "group_members" WHERE "memberId" = ${userId} AND "memberType" = 'User'
          UNION
          SELECT m."groupId" FROM "above" a
          JOIN "group_members" m ON m."memberId" = a."groupId" AND m."memberType" = 'Group')
        SELECT m."memberId", m."groupId", g."displayName" AS "groupName", t."tier"
        FROM "group_members" m JOIN "directory_groups" g ON g."id" = m."groupId"
        LEFT JOIN "tier_mappings" t ON t."groupId" = g."id"
        WHERE g."accountId" = ${accountId}
        AND (m."memberId" = ${userId} OR m."memberId" IN (SELECT "groupId" FROM "above"))
        ORDER BY g."displayName"`,
  );
  const above = Map.groupBy(steps, ({ memberId }) => memberId);
  const found = new Map<string, GroupPath>();
  const queue: { id: string; groups: string[] }[] = [{ id: userId, groups: [] }];
  for (const { id, groups } of queue) {
    for (const { groupId, groupName, tier } of above.get(id) ?? []) {
      if (found.has(groupId)) continue; // a shorter way led here, or groups that are in each other
      const path = { groups: [...groups, groupName], tier };
      found.set(groupId, path);
      queue.push({ id: groupId, groups: path.groups });
    }
  }
  return [...found.values()].sort((a, b) => rank(a) - rank(b));
}

const rank = ({ tier }: GroupPath): number => ['Pro', 'Basic', null].indexOf(tier);
