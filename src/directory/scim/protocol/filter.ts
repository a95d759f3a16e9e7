import { join, sql } from '../../../platform/database/sql.ts';
import type { Sql } from '../../../platform/database/sql.ts';
import { badFilter } from './errors.ts';
import { filterBounds, requireBounded } from './filter-bounds.ts';
import { compare, present } from './filter-sql.ts';
import type { Column } from './filter-sql.ts';
import { parseFilter } from './filter-tree.ts';
import type { Comparison, Filter } from './filter-tree.ts';
import type { Literal } from './filter-text.ts';

/** How a multi-valued attribute is asked: `exists(inner)` wraps what must hold of one of its rows. */
export interface Rows {
  kind: 'exists';
  /** Sub-attributes, in terms of one row. `value` also answers for the attribute without a sub-attribute. */
  attributes: AttributeMap;
  exists: (inner: Sql) => Sql;
}

/** What a filter may name, by name in lower case. Made by `attributeMap`. */
export type AttributeMap = ReadonlyMap<string, Column | Rows>;

/**
 * Makes the map of what a filter may name.
 * @param attributes by path (`userName`, `name.familyName`, `emails`), extension attributes with their URN
 * @param schema the URN by which the names may be qualified as well
 */
export const attributeMap = (attributes: Record<string, Column | Rows>, schema?: string): AttributeMap =>
  new Map(
    Object.entries(attributes).flatMap(([name, entry]) => {
      const names = schema === undefined || name.startsWith('urn:') ? [name] : [name, `${schema}:${name}`];
      return names.map((each) => [each.toLowerCase(), entry] as const);
    }),
  );

const always = sql`1 = 1`;

/** A leaf on a column, or on rows through their `value` or the sub-attribute behind the last dot. */
function leaf(op: Comparison | 'pr', name: string, value: Literal, negated: boolean, attributes: AttributeMap): Sql {
  const entry = attributes.get(name);
  if (entry && entry.kind !== 'exists') {
    if (op === 'pr') return present(entry, negated);
    return compare(entry, op, value, negated);
  }
  const dot = entry ? name.length : name.lastIndexOf('.');
  const rows = entry ?? attributes.get(name.slice(0, dot));
  if (rows?.kind !== 'exists') throw badFilter(`the attribute "${name.slice(0, 200)}" cannot be used in a filter`);
  const inner = entry && op === 'pr' ? always : leaf(op, name.slice(dot + 1) || 'value', value, false, rows.attributes);
  return negated ? sql`NOT ${rows.exists(inner)}` : rows.exists(inner);
}

/** Carries `not` down to the leaves, so that an absent value is false and never NULL, and indexes serve the rest. */
function compile(filter: Filter, negated: boolean, attributes: AttributeMap): Sql {
  const { op } = filter;
  if (op === 'and' || op === 'or') {
    const parts = filter.filters.map((each) => compile(each, negated, attributes));
    return sql`(${join(parts, (op === 'and') === negated ? ' OR ' : ' AND ')})`;
  }
  if (op === 'not') return compile(filter.filter, !negated, attributes);
  if (op === 'pr') return leaf(op, filter.attribute, null, negated, attributes);
  if (op === 'compare') return leaf(filter.by, filter.attribute, filter.value, negated, attributes);
  const rows = attributes.get(filter.attribute);
  if (rows?.kind !== 'exists')
    throw badFilter(`the attribute "${filter.attribute.slice(0, 200)}" has no elements to filter`);
  const found = rows.exists(compile(filter.filter, false, rows.attributes));
  return negated ? sql`NOT ${found}` : found;
}

/**
 * Compiles a SCIM filter (RFC 7644 §3.4.2.2) to a condition for WHERE, with every value a parameter.
 * @throws scim.invalidFilter for whatever is not understood, or names what `attributes` lacks; scim.tooMany
 */
export function compileFilter(text: string, attributes: AttributeMap, bounds = filterBounds): Sql {
  const filter = parseFilter(text);
  requireBounded(filter, attributes, bounds);
  return compile(filter, false, attributes);
}
