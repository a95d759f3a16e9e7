import { clock } from '../../../platform/clock/clock.ts';
import { chunks } from '../../../platform/database/chunks.ts';
import { insertRows } from '../../../platform/database/insert.ts';
import { isTrue, rows } from '../../../platform/database/run.ts';
import { list, sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { AbsenceTable } from './state/absence.entity.ts';

/** So long whoever went counts with those who would go next: what spreads through a directory does so within minutes. */
const countedMs = 600_000;

/** Who went lately because something was not returned, and whether they had a tier until then. */
export async function wentLately(on: Reader, { connectionId }: DirectoryScope): Promise<Map<string, boolean>> {
  const now = clock.now();
  const found = await rows<{ userId: string; hadTier: unknown }>(
    on,
    sql`SELECT "userId", "hadTier" FROM "directory_absences" WHERE "directoryId" = ${connectionId}
        AND "wentAt" > ${now - countedMs} AND "wentAt" <= ${now}`,
  );
  return new Map(found.map(({ userId, hadTier }) => [userId, isTrue(hadTier)]));
}

/** Writes down who goes, in the unit in which they do, or before it. @param granted who has a tier until then */
export async function keepAbsent(
  m: Writer,
  { organisationId, accountId, connectionId: directoryId }: DirectoryScope,
  userIds: readonly string[],
  granted: ReadonlySet<string>,
): Promise<void> {
  const wentAt = clock.now();
  await forgetAbsent(m, directoryId, userIds);
  await rows(
    m,
    sql`DELETE FROM "directory_absences" WHERE "directoryId" = ${directoryId} AND "wentAt" <= ${wentAt - countedMs}`,
  );
  const absences = userIds.map((userId) => ({
    directoryId,
    userId,
    organisationId,
    accountId,
    wentAt,
    hadTier: granted.has(userId),
  }));
  await insertRows(m, AbsenceTable, absences);
}

/** These are back. */
export async function forgetAbsent(m: Writer, directoryId: string, userIds: readonly string[]): Promise<void> {
  for (const some of chunks(userIds)) {
    const these = sql`"directoryId" = ${directoryId} AND "userId" IN (${list(some)})`;
    await rows(m, sql`DELETE FROM "directory_absences" WHERE ${these}`);
  }
}
