import { clock } from '../../../platform/clock/clock.ts';
import { firstRow } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';

/** Why a connected directory says no to somebody. */
export type DirectoryNo = 'gone' | 'expired' | 'disabled';

/** The name of the directory that said no to a person, and why; null when the no is not of a directory that is followed. */
export async function directoryNoOf(
  on: Reader,
  { organisationId, userId, setBy }: { organisationId: string; userId: string; setBy: string },
): Promise<{ directoryId: string; name: string; why: DirectoryNo } | null> {
  const found = await firstRow<{ name: string; goneAt: unknown; expiresAt: number | string | null }>(
    on,
    sql`SELECT d."name", e."goneAt", e."expiresAt" FROM "directories" d
        LEFT JOIN "directory_entries" e ON e."directoryId" = d."id" AND e."localId" = ${userId}
        WHERE d."id" = ${setBy} AND d."organisationId" = ${organisationId}`,
  );
  if (!found) return null;
  const { name, goneAt, expiresAt } = found;
  const expired = expiresAt !== null && Number(expiresAt) <= clock.now();
  return { directoryId: setBy, name, why: goneAt !== null ? 'gone' : expired ? 'expired' : 'disabled' };
}
