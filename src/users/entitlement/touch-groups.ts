import { clock } from '../../platform/clock/clock.ts';
import { rows } from '../../platform/database/run.ts';
import { list, sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';

/**
 * Counts a change of the groups that these people, or groups, are members of: to be called before they go, so that
 * whoever has read such a group is told that it has changed.
 */
export async function touchGroupsOf(m: Writer, memberIds: readonly string[]): Promise<void> {
  await rows(
    m,
    sql`UPDATE "directory_groups" SET "version" = "version" + 1, "updatedAt" = ${clock.now()}
        WHERE "id" IN (SELECT "groupId" FROM "group_members" WHERE "memberId" IN (${list(memberIds)}))`,
  );
}
