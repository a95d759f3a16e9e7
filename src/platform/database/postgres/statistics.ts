import { rows } from '../run.ts';
import { Sql, sql } from '../sql.ts';
import type { Database } from '../database.ts';

/** Below so many rows every plan is quick. */
const fewRows = 500;

/**
 * Lets PostgreSQL look at tables that have outgrown what it knew of them, by half or more. A statement that was planned
 * once for a nearly empty table reads all of it until then: the server's own look comes after a minute at the earliest,
 * in which a first push has brought thousands.
 * @returns the tables that it was asked to look at
 */
export async function refreshStatistics(db: Database): Promise<string[]> {
  if (db.engine !== 'postgres') return [];
  const outgrown = await rows<{ table: string }>(
    db.read,
    sql`SELECT quote_ident(s.relname) AS "table" FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
        WHERE s.schemaname = current_schema() AND s.n_live_tup > ${fewRows} AND s.n_live_tup > 1.5 * c.reltuples
        ORDER BY s.relname`,
  );
  // One at a time, and none that somebody else is looking at: nothing that writes waits for it.
  for (const { table } of outgrown) await db.write((m) => rows(m, new Sql([`ANALYZE (SKIP_LOCKED) ${table}`], [])));
  return outgrown.map(({ table }) => table);
}
