import { fold } from '../../../platform/text/fold.ts';
import { byBytes } from '../../../platform/text/order.ts';
import { type Attribute, attributesOf, type ResourceSchema } from './attributes.ts';
import { badFilter } from './errors.ts';
import { flagOf, requireOperator, textOf } from './filter-sql.ts';
import { readTime } from './filter-time.ts';
import type { Comparison, Filter } from './filter-tree.ts';
import type { Resource } from './present.ts';
import { type Complex, type Fold, isObject } from './values.ts';

/** What a comparison or `pr` asks of a value. */
type Question = Extract<Filter, { op: 'pr' | 'compare' }>;

function subAttribute(parent: Attribute, name: string): Attribute {
  const found = parent.sub.get(name);
  if (found && found.type !== 'complex') return found;
  throw badFilter(`${parent.name} has no "${name.slice(0, 200)}" to filter by`);
}

const isOrdered: Record<Exclude<Comparison, 'co' | 'sw' | 'ew'>, (order: number) => boolean> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};

function textHolds(by: Comparison, have: string, wanted: string): boolean {
  if (by === 'co') return have.includes(wanted);
  if (by === 'sw') return have.startsWith(wanted);
  return by === 'ew' ? have.endsWith(wanted) : isOrdered[by](byBytes(have, wanted));
}

/** Whether a value answers a question with yes; an absent one equals nothing, and a flag that is not there is false. */
function holds(question: Question, attribute: Attribute, have: unknown, folded: Fold): boolean {
  const isThere = have !== undefined && have !== null && have !== '';
  if (question.op === 'pr') return isThere;
  const { by, value } = question;
  if (value === null) {
    if (by !== 'eq' && by !== 'ne') throw badFilter(`"${by}" cannot compare with null`);
    return isThere === (by === 'ne');
  }
  if (attribute.type === 'boolean') {
    requireOperator('boolean', by);
    return ((have === true) === flagOf(value)) === (by === 'eq');
  }
  if (attribute.format === 'dateTime') {
    requireOperator('time', by);
    const wanted = readTime(value);
    if (typeof have !== 'string') return by === 'ne';
    return isOrdered[by as 'eq'](readTime(have) - wanted);
  }
  if (attribute.format === 'binary') requireOperator('binary', by);
  const normal = attribute.caseExact ? (text: string) => text : folded;
  const wanted = normal(textOf(value));
  return typeof have === 'string' ? textHolds(by, normal(have), wanted) : by === 'ne';
}

/**
 * Whether one element of a multi-valued attribute meets a filter.
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
  return holds(filter, sub, element[sub.name], folded);
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
const partOf = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

function asks(question: Question, steps: readonly Attribute[], value: unknown): boolean {
  const [first, ...rest] = steps;
  const have = partOf(value, first!.name);
  if (!first!.multiValued) {
    if (rest.length > 0) return asks(question, rest, have);
    if (first!.type !== 'complex') return holds(question, first!, have, fold);
    if (question.op === 'pr') return have !== undefined;
    const inner = first!.sub.get('value');
    if (!inner) throw badFilter(`${first!.name} has no value to filter by`);
    return asks(question, [inner], have);
  }
  const elements = listOf(have);
  if (question.op === 'pr' && rest.length === 0) return elements.length > 0;
  if (first!.type !== 'complex') return elements.some((each) => holds(question, first!, each, fold));
  const inner = rest.length > 0 ? rest : [subAttribute(first!, 'value')];
  return elements.some((each) => asks(question, inner, each));
}

/**
 * Whether a whole resource, as it is shown, meets a filter: what the compiled filter finds in the database.
 * @throws scim.invalidFilter
 */
export function fits(filter: Filter, schema: ResourceSchema, resource: Resource): boolean {
  const inner = (each: Filter) => fits(each, schema, resource);
  if (filter.op === 'and') return filter.filters.every(inner);
  if (filter.op === 'or') return filter.filters.some(inner);
  if (filter.op === 'not') return !inner(filter.filter);
  const steps = attributesOf(filter.attribute, schema);
  if (!steps) throw badFilter(`the attribute "${filter.attribute.slice(0, 200)}" cannot be used in a filter`);
  if (filter.op === 'any') {
    let elements: unknown = resource;
    for (const { name } of steps) elements = partOf(elements, name);
    return listOf(elements).some((each) => matches(filter.filter, steps.at(-1)!, each as Complex));
  }
  // Only null makes `eq` true of what is not there, whatever the path goes through.
  if (filter.op === 'compare' && filter.value === null && (filter.by === 'eq' || filter.by === 'ne'))
    return asks({ op: 'pr', attribute: filter.attribute }, steps, resource) === (filter.by === 'ne');
  return asks(filter, steps, resource);
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
  return { [sub.name]: sub.type === 'boolean' ? flagOf(filter.value) : filter.value };
}
