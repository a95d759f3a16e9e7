import { sql } from '../../../platform/database/sql.ts';
import type { Sql } from '../../../platform/database/sql.ts';
import { fold } from '../../../platform/text/fold.ts';
import { badFilter } from './errors.ts';
import { readTime } from './filter-time.ts';
import type { Literal } from './filter-text.ts';
import type { Comparison } from './filter-tree.ts';

/** A column that answers for an attribute. `folded`: it holds `fold(value)`. `time`: milliseconds UTC. */
export type Column =
  | { kind: 'text'; column: Sql; folded?: boolean }
  | { kind: 'boolean'; column: Sql }
  | { kind: 'time'; column: Sql };

/** `pr`, or its opposite. */
export function present({ kind, column }: Column, negated: boolean): Sql {
  if (kind !== 'text') return negated ? sql`${column} IS NULL` : sql`${column} IS NOT NULL`;
  return negated ? sql`(${column} IS NULL OR ${column} = '')` : sql`(${column} IS NOT NULL AND ${column} <> '')`;
}

/** The literal in the column's own terms. */
function operand(column: Column, op: Comparison, value: Literal): string | number | boolean {
  if (column.kind === 'text') {
    if (typeof value !== 'string') throw badFilter('a quoted value is expected');
    return column.folded ? fold(value) : value;
  }
  if (op === 'co' || op === 'sw' || op === 'ew') throw badFilter(`"${op}" is for text`);
  if (column.kind === 'time') return readTime(value);
  if (op !== 'eq' && op !== 'ne') throw badFilter(`"${op}" is not for true and false`);
  const word = typeof value === 'string' ? value.toLowerCase() : String(value);
  if (word !== 'true' && word !== 'false') throw badFilter('true or false is expected');
  return word === 'true';
}

/** Characters as the engines count them. */
const count = (value: string | number | boolean): number => Array.from(String(value)).length;

type Condition = (column: Sql, value: string | number | boolean) => Sql;

/** Plain string functions, the same on both engines; LIKE would ignore case on one of them, and has wildcards. */
const conditions: Record<Exclude<Comparison, 'eq' | 'ne'>, Condition> = {
  co: (column, value) =>
    value === '' ? sql`${column} = ${column}` : sql`replace(${column}, ${value}, '') <> ${column}`,
  sw: (column, value) => sql`substr(${column}, 1, ${count(value)}) = ${value}`,
  ew: (column, value) =>
    sql`(length(${column}) >= ${count(value)} AND substr(${column}, length(${column}) - ${count(value)} + 1) = ${value})`,
  gt: (column, value) => sql`${column} > ${value}`,
  ge: (column, value) => sql`${column} >= ${value}`,
  lt: (column, value) => sql`${column} < ${value}`,
  le: (column, value) => sql`${column} <= ${value}`,
};

/**
 * One comparison, or its opposite; an absent value equals nothing, so `ne` is true of it.
 * @throws scim.invalidFilter when the operator or the value is not for this kind of attribute
 */
export function compare(column: Column, op: Comparison, value: Literal, negated: boolean): Sql {
  const equality = op === 'eq' || op === 'ne';
  const same = (op === 'eq') !== negated;
  if (value === null) {
    if (!equality) throw badFilter(`"${op}" cannot compare with null`);
    return present(column, same);
  }
  const wanted = operand(column, op, value);
  const { column: have } = column;
  if (equality) return same ? sql`${have} = ${wanted}` : sql`(${have} IS NULL OR ${have} <> ${wanted})`;
  const condition = conditions[op](have, wanted);
  return negated ? sql`(${have} IS NULL OR NOT (${condition}))` : condition;
}
