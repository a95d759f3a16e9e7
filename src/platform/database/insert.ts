import type { EntitySchema } from 'typeorm';
import { rows } from './run.ts';
import { Sql } from './sql.ts';
import type { Writer } from './unit.ts';

interface Shape {
  /** The statement, in the pieces between its values. */
  strings: string[];
  columns: { name: string; isJson: boolean }[];
}

const shapes = new WeakMap<EntitySchema, Shape>();

/** Inserts one whole row by a statement that is written once: a tenth of the time that the query builder takes. */
export async function insertRow<Row extends object>(m: Writer, table: EntitySchema<Row>, row: Row): Promise<void> {
  const { strings, columns } = shapeOf(table);
  const values = columns.map(({ name, isJson }) => {
    const value = (row as Record<string, unknown>)[name];
    return isJson && value !== null ? JSON.stringify(value) : value;
  });
  await rows(m, new Sql(strings, values));
}

function shapeOf(table: EntitySchema): Shape {
  const known = shapes.get(table);
  if (known) return known;
  const { tableName, columns: all } = table.options;
  const columns = Object.entries(all).map(([name, column]) => ({ name, isJson: column?.type === 'simple-json' }));
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const strings = [`INSERT INTO "${tableName}" (${names}) VALUES (`, ...columns.slice(1).map(() => ', '), ')'];
  const shape = { strings, columns };
  shapes.set(table, shape);
  return shape;
}
