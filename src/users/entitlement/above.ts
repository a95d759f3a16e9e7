import type { Tier } from '../../accounts/accounts/types.ts';
import { isTrue, rows } from '../../platform/database/run.ts';
import { isOneOf, sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';

/** Somebody, or a group, is a member of a group. */
export interface GroupStep {
  memberId: string;
  groupId: string;
  /** Of a group without a tier only when the whole was asked for. */
  groupName: string;
  /** What the group was given. */
  tier: Tier | null;
}

/**
 * Every step up from these people through groups in groups, and others of their accounts: each once, however many ways
 * lead over it. No recursion in SQL: for a long chain a planner may choose to read all of them anew for each of its
 * steps, and there are 5,000 at most (decision 0021).
 * @param whole also steps that lead to no tier, with the names of all groups
 */
export async function stepsAbove(on: Reader, userIds: readonly string[], whole = false): Promise<GroupStep[]> {
  const isNested = sql`EXISTS (SELECT 1 FROM "group_members" o
      WHERE o."memberId" = m."groupId" AND o."memberType" = 'Group')`;
  const step = sql`m."memberId", m."groupId", COALESCE(g."displayName", '') AS "groupName", t."tier"`;
  const from = sql`"group_members" m LEFT JOIN "tier_mappings" t ON t."groupId" = m."groupId"
      LEFT JOIN "directory_groups" g ON g."id" = ${whole ? sql`m."groupId"` : sql`t."groupId"`}`;
  const direct = await rows<GroupStep & { nested: unknown }>(
    on,
    sql`SELECT ${step}, ${isNested} AS "nested" FROM ${from}
        WHERE m."memberId" ${isOneOf(userIds)} AND m."memberType" = 'User'
        ${whole ? sql`` : sql`AND (t."tier" IS NOT NULL OR ${isNested})`}`,
  );
  if (!direct.some(({ nested }) => isTrue(nested))) return direct;
  const nested = await rows<GroupStep>(
    on,
    sql`SELECT ${step} FROM ${from} WHERE m."memberType" = 'Group'
        AND m."accountId" IN (SELECT "accountId" FROM "users" WHERE "id" ${isOneOf(userIds)})`,
  );
  return [...direct, ...nested];
}
