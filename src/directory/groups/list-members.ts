import { rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';

export interface MemberLine {
  id: string;
  type: 'User' | 'Group';
  /** A person's primary address, a group's name. */
  name: string;
}

/** The direct members of a group: people by address, then groups by name. @returns a page, and whether there is more */
export async function listMembers(
  on: Reader,
  accountId: string,
  groupId: string,
  limit: number,
): Promise<{ members: MemberLine[]; more: boolean }> {
  const found = await rows<MemberLine>(
    on,
    sql`SELECT u."id", 'User' AS "type", u."primaryAddress" AS "name", 1 AS "place"
        FROM "group_members" m JOIN "users" u ON u."id" = m."memberId"
        WHERE m."groupId" = ${groupId} AND m."memberType" = 'User' AND u."accountId" = ${accountId}
        UNION ALL
        SELECT g."id", 'Group', g."displayName", 2
        FROM "group_members" m JOIN "directory_groups" g ON g."id" = m."memberId"
        WHERE m."groupId" = ${groupId} AND m."memberType" = 'Group' AND g."accountId" = ${accountId}
        ORDER BY 4, 3 LIMIT ${limit + 1}`,
  );
  const members = found.slice(0, limit).map(({ id, type, name }) => ({ id, type, name }));
  return { members, more: found.length > limit };
}
