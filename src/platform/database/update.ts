import type { EntitySchema } from 'typeorm';
import { join, Sql, sql } from './sql.ts';

/** What an UPDATE sets, `"column" = value, …`, of an entity's columns: JSON as its text. */
export function assignments<Row extends object>(table: EntitySchema<Row>, values: Partial<Row>): Sql {
  const columns = table.options.columns as Record<string, { type?: unknown } | undefined>;
  const set = Object.entries(values).map(([name, value]) => {
    const stored = columns[name]?.type === 'simple-json' && value !== null ? JSON.stringify(value) : value;
    return sql`${new Sql([`"${name}" = `], [])}${stored}`;
  });
  return join(set, ', ');
}
