import { sql, type Sql } from '../../../platform/database/sql.ts';
import { type Attribute, attributesOf } from './attributes.ts';
import { badValue } from './errors.ts';
import type { Stored } from './filter.ts';
import type { Column } from './filter-sql.ts';

/** What resources are sorted by; NULL for one that has no value. */
export interface SortKey {
  key: Sql;
  isText: boolean;
  /** Whether there may be resources without a value. */
  nullable: boolean;
}

/** Text is sorted by its beginning, so that a place in the order is short enough to be written down in a cursor. */
const sortedLength = 256;

const unusable = (by: string) => badValue('sortBy', `"${by.slice(0, 200)}" is nothing to sort by`);

/**
 * Reads `sortBy` (RFC 7644 §3.4.2.3): a plain attribute or a sub-attribute; of a multi-valued one the primary element
 * counts, else the first; a complex one stands for its `value`.
 * @returns undefined for an attribute that the schema lacks
 * @throws scim.invalidValue for one that has no order
 */
export function sortKeyOf(by: string, stored: Stored): SortKey | undefined {
  const steps = attributesOf(by, stored.schema);
  if (!steps) return undefined;
  const last = steps.at(-1)!;
  const value = last.type === 'complex' ? last.sub.get('value') : undefined;
  if (last.type === 'complex' && !value) throw unusable(by);
  const path = value ? [...steps, value] : steps;
  const many = path.findIndex(({ multiValued }) => multiValued);
  if (many < 0) return keyOf(path.at(-1)!, stored.column(path), by, (key) => key);
  const rows = stored.rows(path.slice(0, many + 1));
  const key = rows && keyOf(path.at(-1)!, rows.column(path.at(-1)!), by, (column) => rows.first(column));
  return key && { ...key, nullable: true };
}

function keyOf(attribute: Attribute, column: Column | undefined, by: string, wrap: (key: Sql) => Sql): SortKey {
  if (!column || attribute.format === 'binary') throw unusable(by);
  const nullable = !attribute.required && attribute.name !== 'id';
  if (column.kind === 'time') return { key: wrap(column.column), isText: false, nullable: false };
  if (column.kind === 'boolean')
    return { key: wrap(sql`CASE WHEN ${column.column} THEN 1 ELSE 0 END`), isText: false, nullable: false };
  const text = column.indexed ? column.column : sql`substr(${column.column}, 1, ${sortedLength})`;
  return { key: wrap(text), isText: true, nullable };
}

/** @throws scim.invalidValue for what no type of resource has */
export function sortKeysOf(by: string, all: readonly Stored[]): (SortKey | undefined)[] {
  const keys = all.map((stored) => sortKeyOf(by, stored));
  if (keys.every((key) => key === undefined)) throw unusable(by);
  return keys;
}
