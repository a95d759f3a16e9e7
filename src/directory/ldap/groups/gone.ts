import { rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';

/** The ids of the groups that a directory did not return when they were read last; each keeps its tier. */
export async function goneGroupsOf(on: Reader, directoryId: string): Promise<Set<string>> {
  const found = await rows<{ id: string }>(
    on,
    sql`SELECT "localId" AS "id" FROM "directory_entries" WHERE "directoryId" = ${directoryId} AND "kind" = 'group'
        AND "goneAt" IS NOT NULL AND "localId" IS NOT NULL`,
  );
  return new Set(found.map(({ id }) => id));
}
