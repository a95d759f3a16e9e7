import type { EntityManager } from 'typeorm';
import type { Engine, Sql } from './sql.ts';
import type { Reader, Writer } from './unit.ts';

/**
 * Runs a piece of SQL and gives its rows. Statements that do not need each other's answers are asked for in one turn
 * (`Promise.all`): they run in their order, and PostgreSQL gets them in one message. Booleans come back as the engine has them:
 * compare with `isTrue`.
 */
export function rows<Row>(on: Reader, statement: Sql): Promise<Row[]> {
  const direct = directs.get(on);
  if (!direct) return throughTypeOrm(on, statement);
  const { text, parameters } = statement.render(engineOf(on));
  return direct.run(text, parameters) as Promise<Row[]>;
}

async function throughTypeOrm<Row>(on: Reader, statement: Sql): Promise<Row[]> {
  const { text, parameters } = statement.render(engineOf(on));
  const result: unknown = await on.query(text, parameters);
  // TypeORM answers an UPDATE … RETURNING of PostgreSQL with [rows, count].
  return (Array.isArray(result) && Array.isArray(result[0]) ? result[0] : result) as Row[];
}

/** The first row, or null. */
export const firstRow = <Row>(on: Reader, statement: Sql): Promise<Row | null> =>
  rows<Row>(on, statement).then(([row]) => row ?? null);

/** Runs an INSERT, UPDATE or DELETE that ends in `RETURNING …`; gives the rows it touched. */
export function changed<Row>(on: Reader, statement: Sql): Promise<Row[]> {
  return rows<Row>(on, statement);
}

/**
 * Runs a statement of whose outcome nobody decides anything, in its turn among the unit's statements: PostgreSQL is told
 * with the next one, at the latest with the COMMIT. When it fails the unit does, like every other.
 */
export function later(m: Writer, statement: Sql): Promise<void> {
  const direct = directs.get(m);
  if (!direct) return throughTypeOrm(m, statement).then(() => undefined);
  const { text, parameters } = statement.render(engineOf(m));
  return direct.later(text, parameters);
}

export const isTrue = (value: unknown): boolean => value === true || value === 1;

/** How statements run on what a door gave out, without TypeORM between. */
export interface Direct {
  run(text: string, parameters: readonly unknown[]): Promise<object[]>;
  /** Runs it in its turn, and need not wait for it. */
  later(text: string, parameters: readonly unknown[]): Promise<void>;
}

/** Elsewhere (in migrations, on what is only looked at) TypeORM runs them. */
export const directs = new WeakMap<Reader, Direct>();

/** Which engine a reader reads from. */
export const engineOf = (on: Reader): Engine =>
  (on as EntityManager).connection.options.type === 'postgres' ? 'postgres' : 'sqlite';
