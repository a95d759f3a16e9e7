import type { Tier } from '../../accounts/accounts/types.ts';
import { rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';

/** The pushed groups that a person is a direct member of, each with the tier that it was given; by name. */
export const groupsOfPerson = (
  on: Reader,
  accountId: string,
  userId: string,
): Promise<{ groupName: string; tier: Tier | null }[]> =>
  rows(
    on,
    sql`SELECT g."displayName" AS "groupName", t."tier"
        FROM "group_members" m JOIN "directory_groups" g ON g."id" = m."groupId"
        LEFT JOIN "tier_mappings" t ON t."groupId" = g."id"
        WHERE m."memberId" = ${userId} AND m."memberType" = 'User' AND g."accountId" = ${accountId}
        ORDER BY g."displayName"`,
  );
