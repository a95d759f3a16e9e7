import { fold } from '../../../platform/text/fold.ts';
import type { Attribute } from './attributes.ts';
import { badFilter } from './errors.ts';
import type { Comparison, Filter } from './filter-tree.ts';
import type { Literal } from './filter-text.ts';
import type { Complex, Fold, Value } from './values.ts';

function subAttribute(parent: Attribute, name: string): Attribute {
  const found = parent.sub.get(name);
  if (found && found.type !== 'complex') return found;
  throw badFilter(`${parent.name} has no "${name.slice(0, 200)}" to filter by`);
}

/** Both sides in the terms of the attribute: booleans as they are, text without case unless that matters. */
function normal(attribute: Attribute, value: Literal, folded: Fold = fold): string | boolean {
  if (attribute.type === 'boolean') {
    const word = String(value).toLowerCase();
    if (word !== 'true' && word !== 'false') throw badFilter('true or false is expected');
    return word === 'true';
  }
  if (typeof value !== 'string') throw badFilter('a quoted value is expected');
  return attribute.caseExact ? value : folded(value);
}

const holds: Record<Comparison, (have: string, wanted: string) => boolean> = {
  eq: (have, wanted) => have === wanted,
  ne: (have, wanted) => have !== wanted,
  co: (have, wanted) => have.includes(wanted),
  sw: (have, wanted) => have.startsWith(wanted),
  ew: (have, wanted) => have.endsWith(wanted),
  gt: (have, wanted) => have > wanted,
  ge: (have, wanted) => have >= wanted,
  lt: (have, wanted) => have < wanted,
  le: (have, wanted) => have <= wanted,
};

function compared(by: Comparison, sub: Attribute, have: Value | undefined, wanted: Literal, folded: Fold): boolean {
  if (wanted === null) {
    if (by !== 'eq' && by !== 'ne') throw badFilter(`"${by}" cannot compare with null`);
    return (have === undefined) === (by === 'eq');
  }
  if (sub.type === 'boolean' && by !== 'eq' && by !== 'ne') throw badFilter(`"${by}" is not for true and false`);
  const value = normal(sub, wanted, folded);
  // RFC 7643 §2.4: an element that does not say so is not primary.
  const own = have ?? (sub.type === 'boolean' ? false : undefined);
  if (typeof own !== 'string' && typeof own !== 'boolean') return by === 'ne';
  return holds[by](String(normal(sub, own, folded)), String(value));
}

/**
 * Whether one element of a multi-valued attribute meets the filter of a PATCH path.
 * @param folded `fold`, which may remember what it has folded before
 * @throws scim.invalidFilter when the filter does not fit the attribute
 */
export function matches(filter: Filter, attribute: Attribute, element: Complex, folded: Fold = fold): boolean {
  const inner = (each: Filter) => matches(each, attribute, element, folded);
  if (filter.op === 'and') return filter.filters.every(inner);
  if (filter.op === 'or') return filter.filters.some(inner);
  if (filter.op === 'not') return !inner(filter.filter);
  if (filter.op === 'any') throw badFilter('brackets within brackets');
  const sub = subAttribute(attribute, filter.attribute);
  const have = element[sub.name];
  return filter.op === 'pr' ? have !== undefined : compared(filter.by, sub, have, filter.value, folded);
}

/** The element that a filter on `type` and `primary` describes by `eq` and `and`; undefined for any other filter. */
export function described(filter: Filter, attribute: Attribute): Complex | undefined {
  if (filter.op === 'and') {
    const whole: Complex = {};
    for (const each of filter.filters) {
      const part = described(each, attribute);
      if (!part) return undefined;
      Object.assign(whole, part);
    }
    return whole;
  }
  if (filter.op !== 'compare' || filter.by !== 'eq' || typeof filter.value === 'number' || filter.value === null)
    return undefined;
  if (filter.attribute !== 'type' && filter.attribute !== 'primary') return undefined;
  const sub = subAttribute(attribute, filter.attribute);
  return { [sub.name]: sub.type === 'boolean' ? normal(sub, filter.value) : filter.value };
}
