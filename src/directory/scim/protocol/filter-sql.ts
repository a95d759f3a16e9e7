import { sql } from '../../../platform/database/sql.ts';
import type { Sql } from '../../../platform/database/sql.ts';
import { fold } from '../../../platform/text/fold.ts';
import { badFilter } from './errors.ts';
import { readTime } from './filter-time.ts';
import type { Literal } from './filter-text.ts';
import type { Comparison } from './filter-tree.ts';

/**
 * A column, or an expression of columns, that answers for an attribute; NULL for one without a value. `time`:
 * milliseconds UTC. `boolean`: never NULL, as what does not say so is false (RFC 7643 §2.4); `said` tells whether it does.
 */
export type Column =
  | {
      kind: 'text';
      column: Sql;
      /** It holds `fold(value)`. */ folded?: boolean;
      /** An index serves `eq`. */ indexed?: boolean;
    }
  | { kind: 'boolean'; column: Sql; said?: Sql }
  | { kind: 'time'; column: Sql };

export const always = sql`1 = 1`;
export const never = sql`1 = 0`;

/** `pr`, or its opposite. */
export function present(have: Column, negated: boolean): Sql {
  const { kind, column } = have;
  if (kind === 'boolean') {
    const said = have.said ?? always;
    return negated ? sql`NOT (${said})` : said;
  }
  if (kind !== 'text') return negated ? sql`${column} IS NULL` : sql`${column} IS NOT NULL`;
  return negated ? sql`(${column} IS NULL OR ${column} = '')` : sql`(${column} IS NOT NULL AND ${column} <> '')`;
}

/** Refuses an operator that an attribute of this kind does not have. @throws scim.invalidFilter */
export function requireOperator(kind: Column['kind'] | 'binary', op: Comparison): void {
  const isPart = op === 'co' || op === 'sw' || op === 'ew';
  if (kind === 'time' && isPart) throw badFilter(`"${op}" is for text`);
  if (kind === 'boolean' && op !== 'eq' && op !== 'ne') throw badFilter(`"${op}" is not for true and false`);
  // RFC 7644 §3.4.2.2: there is no order of binary values.
  if (kind === 'binary' && !isPart && op !== 'eq' && op !== 'ne') throw badFilter(`"${op}" is not for binary values`);
}

/** Text that an attribute is compared with; a number without quotes counts as its digits. @throws scim.invalidFilter */
export function textOf(value: Literal): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') throw badFilter('a quoted value is expected');
  return value;
}

/** @throws scim.invalidFilter */
export function flagOf(value: Literal): boolean {
  // Entra's older form quotes "True" and "False".
  const word = typeof value === 'string' ? value.toLowerCase() : String(value);
  if (word !== 'true' && word !== 'false') throw badFilter('true or false is expected');
  return word === 'true';
}

/** The literal in the column's own terms. */
function operand(column: Column, value: Literal): string | number | boolean {
  if (column.kind === 'time') return readTime(value);
  if (column.kind === 'boolean') return flagOf(value);
  return column.folded ? fold(textOf(value)) : textOf(value);
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
  requireOperator(column.kind, op);
  const wanted = operand(column, value);
  const { column: have } = column;
  if (op === 'eq' || op === 'ne') {
    if ((op === 'eq') !== negated) return sql`${have} = ${wanted}`;
    return column.kind === 'boolean' ? sql`${have} <> ${wanted}` : sql`(${have} IS NULL OR ${have} <> ${wanted})`;
  }
  const condition = conditions[op](have, wanted);
  return negated ? sql`(${have} IS NULL OR NOT (${condition}))` : condition;
}
