import type { EntitySchema } from 'typeorm';
import { later } from './run.ts';
import { chunks } from './chunks.ts';
import { join, Sql, sql } from './sql.ts';
import type { Writer } from './unit.ts';

interface Shape {
  /** The statement up to its values. */
  into: Sql;
  /** One row's values, in the pieces between them. */
  tuple: string[];
  columns: { name: string; isJson: boolean }[];
}

const shapes = new WeakMap<EntitySchema, Shape>();

/** Inserts one whole row by a statement that is written once: a tenth of the time that the query builder takes. */
export async function insertRow<Row extends object>(m: Writer, table: EntitySchema<Row>, row: Row): Promise<void> {
  const { into, tuple, columns } = shapeOf(table);
  await later(m, sql`${into}${new Sql(tuple, valuesOf(columns, row))}`);
}

/**
 * Inserts whole rows, so many as one statement can name, in one statement.
 * @param otherwise what is done about a row whose key is there already: nothing, or the engine refuses
 */
export async function insertRows<Row extends object>(
  m: Writer,
  table: EntitySchema<Row>,
  all: readonly Row[],
  otherwise: 'refuse' | 'pass over' = 'refuse',
): Promise<void> {
  const { into, tuple, columns } = shapeOf(table);
  const conflict = otherwise === 'refuse' ? sql`` : sql` ON CONFLICT DO NOTHING`;
  for (const some of chunks(all, Math.floor(mostParameters / columns.length))) {
    const tuples = some.map((row) => new Sql(tuple, valuesOf(columns, row)));
    await later(m, sql`${into}${join(tuples, ', ')}${conflict}`);
  }
}

/** Well below what either engine takes in one statement. */
const mostParameters = 10_000;

const valuesOf = (columns: Shape['columns'], row: object): unknown[] =>
  columns.map(({ name, isJson }) => {
    const value = (row as Record<string, unknown>)[name];
    return isJson && value !== null ? JSON.stringify(value) : value;
  });

function shapeOf(table: EntitySchema): Shape {
  const known = shapes.get(table);
  if (known) return known;
  const { tableName, columns: all } = table.options;
  const columns = Object.entries(all).map(([name, column]) => ({ name, isJson: column?.type === 'simple-json' }));
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const into = new Sql([`INSERT INTO "${tableName}" (${names}) VALUES `], []);
  const shape = { into, tuple: ['(', ...columns.slice(1).map(() => ', '), ')'], columns };
  shapes.set(table, shape);
  return shape;
}
