import { chunks } from '../../../../platform/database/chunks.ts';
import { rows } from '../../../../platform/database/run.ts';
import { list, sql } from '../../../../platform/database/sql.ts';
import type { Reader } from '../../../../platform/database/unit.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';

/** Groups whose members one statement reads. */
const groupsAtOnce = 50;

/** Who has a tier by a group at the moment, and to whom nobody says no: the others have nothing to lose. */
export async function grantedPeople(on: Reader, { accountId }: DirectoryScope): Promise<Set<string>> {
  const steps = await rows<{ above: string | null; groupId: string }>(
    on,
    sql`SELECT NULL AS "above", "groupId" FROM "tier_mappings" WHERE "accountId" = ${accountId} AND "groupId" IS NOT NULL
        UNION ALL
        SELECT m."groupId", m."memberId" FROM "directory_groups" g
        JOIN "group_members" m ON m."groupId" = g."id" AND m."memberType" = 'Group' WHERE g."accountId" = ${accountId}`,
  );
  const below = Map.groupBy(steps, ({ above }) => above);
  const granted = new Set(below.get(null)?.map(({ groupId }) => groupId));
  for (const id of granted) for (const { groupId } of below.get(id) ?? []) granted.add(groupId); // the loop goes on to it
  const people = new Set<string>();
  for (const some of chunks([...granted], groupsAtOnce)) {
    const members = await rows<{ id: string }>(
      on,
      sql`SELECT m."memberId" AS "id" FROM "group_members" m WHERE m."groupId" IN (${list(some)})
          AND m."memberType" = 'User' AND NOT EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = m."memberId")`,
    );
    for (const { id } of members) people.add(id);
  }
  return people;
}
