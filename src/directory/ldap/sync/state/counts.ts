import { firstRow } from '../../../../platform/database/run.ts';
import { sql } from '../../../../platform/database/sql.ts';
import type { Reader } from '../../../../platform/database/unit.ts';

/** What a directory has, as far as it is known. */
export interface Counts {
  /** Entries that became people, and groups that give tiers or lead to one that does. */
  people: number;
  groups: number;
  /** Entries that became nobody, or could not be followed. */
  problems: number;
}

export async function countEntries(on: Reader, directoryId: string): Promise<Counts> {
  const counted = await firstRow<Record<keyof Counts, number | string>>(
    on,
    sql`SELECT COALESCE(SUM(CASE WHEN "kind" = 'user' AND "localId" IS NOT NULL THEN 1 ELSE 0 END), 0) AS "people",
          COALESCE(SUM(CASE WHEN "kind" = 'group' THEN 1 ELSE 0 END), 0) AS "groups",
          COALESCE(SUM(CASE WHEN "problem" IS NOT NULL THEN 1 ELSE 0 END), 0) AS "problems"
        FROM "directory_entries" WHERE "directoryId" = ${directoryId} AND "goneAt" IS NULL`,
  );
  return {
    people: Number(counted?.people ?? 0),
    groups: Number(counted?.groups ?? 0),
    problems: Number(counted?.problems ?? 0),
  };
}
