import type { EntityManager } from 'typeorm';
import type { Sql } from './sql.ts';
import type { Reader } from './unit.ts';

/** Runs a piece of SQL and gives its rows. Booleans come back as the engine has them: compare with `isTrue`. */
export async function rows<Row>(on: Reader, statement: Sql): Promise<Row[]> {
  const { text, parameters } = statement.render(engineOf(on));
  return on.query<Row[]>(text, parameters);
}

/** The first row, or null. */
export async function firstRow<Row>(on: Reader, statement: Sql): Promise<Row | null> {
  const [row] = await rows<Row>(on, statement);
  return row ?? null;
}

/** Runs an INSERT, UPDATE or DELETE that ends in `RETURNING …`; gives the rows it touched. */
export async function changed<Row>(on: Reader, statement: Sql): Promise<Row[]> {
  const result: unknown = await rows(on, statement);
  // PostgreSQL's driver answers an UPDATE … RETURNING with [rows, count].
  if (Array.isArray(result) && Array.isArray(result[0])) return result[0] as Row[];
  return result as Row[];
}

export const isTrue = (value: unknown): boolean => value === true || value === 1;

const engineOf = (on: Reader): 'sqlite' | 'postgres' =>
  (on as EntityManager).connection.options.type === 'postgres' ? 'postgres' : 'sqlite';
