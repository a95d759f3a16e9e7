import { clock } from '../../platform/clock/clock.ts';
import { engineOf, later, rows } from '../../platform/database/run.ts';
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

/**
 * Locks the groups that somebody is a direct member of, in the order of their ids: to be called before the person is
 * locked, since whoever changes a group locks it before its members; nobody waits for the lock itself. On SQLite a unit
 * is alone, and this does nothing.
 */
export async function lockGroupsOf(m: Writer, accountId: string, memberId: string): Promise<void> {
  if (engineOf(m) === 'sqlite') return;
  await later(
    m,
    sql`SELECT 1 FROM "directory_groups" WHERE "accountId" = ${accountId}
        AND "id" IN (SELECT "groupId" FROM "group_members" WHERE "memberId" = ${memberId})
        ORDER BY "id" FOR NO KEY UPDATE`,
  );
}
