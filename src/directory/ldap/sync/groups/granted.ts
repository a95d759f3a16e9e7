import { rows } from '../../../../platform/database/run.ts';
import { sql } from '../../../../platform/database/sql.ts';
import type { Reader } from '../../../../platform/database/unit.ts';
import { grantedGroups } from '../../../../users/entitlement/granted.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';

/** Who has a tier by a group at the moment, and to whom nobody says no: the others have nothing to lose. */
export async function grantedPeople(on: Reader, { accountId }: DirectoryScope): Promise<Set<string>> {
  const found = await rows<{ id: string }>(
    on,
    sql`WITH ${await grantedGroups(on, accountId)}
        SELECT DISTINCT m."memberId" AS "id" FROM "granted" g JOIN "group_members" m ON m."groupId" = g."groupId"
        WHERE m."memberType" = 'User'
        AND NOT EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = m."memberId")`,
  );
  return new Set(found.map(({ id }) => id));
}
