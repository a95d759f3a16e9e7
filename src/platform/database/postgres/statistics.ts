import { rows } from '../run.ts';
import { Sql, sql } from '../sql.ts';
import type { Database } from '../database.ts';

/** Below so many pages, which hold some hundreds of rows, every plan is quick. */
const fewPages = 8;

/**
 * Lets PostgreSQL look at tables that have outgrown what it knew of them, by half or more. A statement that was planned
 * once for a nearly empty table reads all of it until then: the server's own look comes after a minute at the earliest,
 * in which a first push has brought thousands. Their size tells it, which is there at once; rows are counted seconds later,
 * and tell of a look that came in the middle of a unit of work, whose rows were there and counted for nothing.
 * @returns the tables that it was asked to look at
 */
export async function refreshStatistics(db: Database): Promise<string[]> {
  if (db.engine !== 'postgres') return [];
  const outgrown = await rows<{ table: string }>(
    db.read,
    sql`SELECT quote_ident(c.relname) AS "table" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL (SELECT pg_relation_size(c.oid) / current_setting('block_size')::int AS pages) now
        WHERE c.relkind = 'r' AND n.nspname = current_schema() AND now.pages > ${fewPages}
        AND (now.pages > 1.5 * c.relpages OR pg_stat_get_live_tuples(c.oid) > 1.5 * c.reltuples)
        ORDER BY c.relname`,
  );
  // One at a time, and none that somebody else is looking at: nothing that writes waits for it.
  for (const { table } of outgrown) await db.write((m) => rows(m, new Sql([`ANALYZE (SKIP_LOCKED) ${table}`], [])));
  return outgrown.map(({ table }) => table);
}
