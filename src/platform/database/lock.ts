import { engineOf, later } from './run.ts';
import { list, Sql, sql } from './sql.ts';
import type { Writer } from './unit.ts';
import { chunks } from './chunks.ts';

/** The tables whose rows units that run beside others lock. */
type Lockable = 'users' | 'directory_groups';

/**
 * Locks rows for the rest of the unit, in the order of their ids, so that two units never wait for each other; what is
 * read afterwards is as the one before left it; nobody waits for the lock itself. On SQLite a unit is alone, and this does nothing.
 */
export async function lockRows(m: Writer, table: Lockable, ids: readonly string[]): Promise<void> {
  if (engineOf(m) === 'sqlite') return;
  for (const some of chunks([...new Set(ids)].toSorted())) {
    const name = new Sql([`"${table}"`], []);
    await later(m, sql`SELECT 1 FROM ${name} WHERE "id" IN (${list(some)}) ORDER BY "id" FOR NO KEY UPDATE`);
  }
}
