import type { EntitySchema } from 'typeorm';
import { join, Sql } from './sql.ts';

interface Assigned {
  /** `"column" = `, and nothing. */
  strings: string[];
  isJson: boolean;
}

/** By the table's columns, and by a column's name. */
const known = new WeakMap<object, Map<string, Assigned>>();

/** What an UPDATE sets, `"column" = value, …`, of an entity's columns: JSON as its text. */
export function assignments<Row extends object>(table: EntitySchema<Row>, values: Partial<Row>): Sql {
  const set = Object.entries(values).map(([name, value]) => {
    const { strings, isJson } = assigned(table, name);
    return new Sql(strings, [isJson && value !== null ? JSON.stringify(value) : value]);
  });
  return join(set, ', ');
}

function assigned(table: EntitySchema, name: string): Assigned {
  let ofTable = known.get(table);
  if (!ofTable) known.set(table, (ofTable = new Map()));
  let column = ofTable.get(name);
  if (!column) {
    const columns = table.options.columns as Record<string, { type?: unknown } | undefined>;
    const isJson = columns[name]?.type === 'simple-json';
    ofTable.set(name, (column = { strings: [`"${name}" = `, ''], isJson }));
  }
  return column;
}
