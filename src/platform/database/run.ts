import type { EntityManager } from 'typeorm';
import type { Engine, Sql } from './sql.ts';
import type { Reader } from './unit.ts';

/** Runs a piece of SQL and gives its rows. Booleans come back as the engine has them: compare with `isTrue`. */
export async function rows<Row>(on: Reader, statement: Sql): Promise<Row[]> {
  const direct = directs.get(on);
  const { text, parameters } = statement.render(engineOf(on));
  if (direct) return (await direct(text, parameters)) as Row[];
  const result: unknown = await on.query(text, parameters);
  // TypeORM answers an UPDATE … RETURNING of PostgreSQL with [rows, count].
  return (Array.isArray(result) && Array.isArray(result[0]) ? result[0] : result) as Row[];
}

/** The first row, or null. */
export async function firstRow<Row>(on: Reader, statement: Sql): Promise<Row | null> {
  const [row] = await rows<Row>(on, statement);
  return row ?? null;
}

/** Runs an INSERT, UPDATE or DELETE that ends in `RETURNING …`; gives the rows it touched. */
export function changed<Row>(on: Reader, statement: Sql): Promise<Row[]> {
  return rows<Row>(on, statement);
}

export const isTrue = (value: unknown): boolean => value === true || value === 1;

/** How statements run on what a door gave out; elsewhere (in migrations, on what is only looked at) TypeORM runs them. */
export const directs = new WeakMap<Reader, (text: string, parameters: unknown[]) => Promise<unknown[]>>();

/** Which engine a reader reads from. */
export const engineOf = (on: Reader): Engine =>
  (on as EntityManager).connection.options.type === 'postgres' ? 'postgres' : 'sqlite';
