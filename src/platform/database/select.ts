import type { EntitySchema } from 'typeorm';
import { engineOf, isTrue, rows } from './run.ts';
import { Sql, sql } from './sql.ts';
import type { Reader, Writer } from './unit.ts';

interface Shape {
  /** What stands around the condition on the table, as `a`. */
  select: string[];
  /** Columns that an engine gives otherwise than the entity has them, and how they are read. */
  readers: [name: string, read: (value: unknown) => unknown][];
}

const shapes = new WeakMap<EntitySchema, Shape>();
const kinds: Record<string, (value: unknown) => unknown> = {
  'simple-json': (value) => (typeof value === 'string' ? (JSON.parse(value) as unknown) : value),
  bigint: (value) => (value === null ? null : Number(value)),
  boolean: (value) => (value === null ? null : isTrue(value)),
};

/**
 * Reads whole rows by a statement that is written once: a fraction of the time that the query builder takes.
 * @param where a condition on the row `a`
 */
export function selectRows<Row extends object>(on: Reader, table: EntitySchema<Row>, where: Sql): Promise<Row[]> {
  const found = rows<object>(on, new Sql(shapeOf(table).select, [where]));
  return found.then((all) => asRows(table, all));
}

/** Rows as the engine gives them (`RETURNING *`) in the entity's terms; in place. */
export function asRows<Row extends object>(table: EntitySchema<Row>, found: object[]): Row[] {
  const { readers } = shapeOf(table);
  for (const row of found as Record<string, unknown>[]) {
    for (const [name, read] of readers) row[name] = read(row[name]);
  }
  return found as Row[];
}

/**
 * The first row of `selectRows`, locked for the rest of the unit and as whoever had it before has left it. On SQLite a
 * unit is alone, and nothing is locked.
 */
export async function lockRow<Row extends object>(
  m: Writer,
  table: EntitySchema<Row>,
  where: Sql,
): Promise<Row | null> {
  const [row] = await selectRows(m, table, engineOf(m) === 'sqlite' ? where : sql`${where} FOR NO KEY UPDATE`);
  return row ?? null;
}

/** The first row of `selectRows`, or null. */
export async function selectRow<Row extends object>(
  on: Reader,
  table: EntitySchema<Row>,
  where: Sql,
): Promise<Row | null> {
  const [row] = await selectRows(on, table, where);
  return row ?? null;
}

function shapeOf(table: EntitySchema): Shape {
  const known = shapes.get(table);
  if (known) return known;
  const { tableName, columns } = table.options;
  const all = Object.entries(columns);
  const shape: Shape = {
    select: [`SELECT ${all.map(([name]) => `a."${name}"`).join(', ')} FROM "${tableName}" a WHERE `, ''],
    readers: all.flatMap(([name, column]): Shape['readers'] => {
      const read = kinds[String(column?.type)];
      return read ? [[name, read]] : [];
    }),
  };
  shapes.set(table, shape);
  return shape;
}
