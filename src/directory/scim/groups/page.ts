import { rows } from '../../../platform/database/run.ts';
import { list, sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';

/** Members on one page of groups, all in all: about 3 MB of answer, which is written in one go. */
const maxMembers = 20_000;

/**
 * As many groups from the beginning as a page holds with all their members, and one at least (RFC 7644 §3.4.2.4: a
 * server may return fewer than `count`).
 */
export async function withinPage(on: Reader, ids: readonly string[]): Promise<string[]> {
  // Counts no further than the page goes: rows of groups behind it are not looked at.
  const counted = await rows<{ groupId: string; n: number | string }>(
    on,
    sql`SELECT c."groupId", COUNT(*) AS "n" FROM (
          SELECT "groupId" FROM "group_members" WHERE "groupId" IN (${list(ids)})
          ORDER BY "groupId" LIMIT ${maxMembers + 1}
        ) c GROUP BY c."groupId"`,
  );
  const sizes = new Map(counted.map(({ groupId, n }) => [groupId, Number(n)]));
  let members = 0;
  const beyond = ids.findIndex((id, i) => (members += sizes.get(id) ?? 0) > maxMembers && i > 0);
  return beyond < 0 ? [...ids] : ids.slice(0, beyond);
}
