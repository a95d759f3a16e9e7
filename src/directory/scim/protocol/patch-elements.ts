import type { Attribute } from './attributes.ts';
import { badValue, scimError } from './errors.ts';
import { described, matches } from './filter-match.ts';
import type { Filter } from './filter-tree.ts';
import type { Change } from './patch.ts';
import { asComplex, asList, plain, readValue, requireFewElements, sameness, substantial, telling } from './values.ts';
import type { Complex, Fold } from './values.ts';

function demoted(element: Complex): Complex {
  const { primary, ...rest } = element;
  return primary === true ? rest : element;
}

/** Reads the elements that a client sent; a single object counts as a list of one. */
const read = (attribute: Attribute, { value, named }: Change): Complex[] => asList(readValue(attribute, value, named));

/**
 * New elements come behind the old; one that is there already keeps its spelling, and takes what else is said of it; a
 * new primary is the only one.
 */
function addition(
  attribute: Attribute,
  before: readonly Complex[],
  added: readonly Complex[],
  folded: Fold,
): Complex[] {
  const moves = added.some((element) => element['primary'] === true);
  const kept = new Map<string, Complex>();
  for (const element of before) {
    const key = sameness(attribute, element, folded);
    // Two that an operation before has made the same are one, which is primary when either is.
    const both = { ...element, ...kept.get(key), ...(element['primary'] === true && { primary: true }) };
    kept.set(key, moves ? demoted(both) : both);
  }
  for (const element of added) {
    const key = sameness(attribute, element, folded);
    const old = kept.get(key);
    const spelt = Object.entries(old ?? {}).filter(([name]) => telling(attribute).includes(name));
    kept.set(key, { ...old, ...element, ...Object.fromEntries(spelt) });
  }
  return [...kept.values()];
}

/** What is listed without a type stands for its value under any type. */
function untyped(element: Complex): Complex {
  const { type: _, ...rest } = element;
  return rest;
}

/** The elements without those that a client listed (Entra), or without all when it listed none. */
function removal(attribute: Attribute, before: readonly Complex[], change: Change, folded: Fold): Complex[] {
  if (change.value === undefined || change.value === null) return [];
  const listed = new Set(read(attribute, change).map((each) => sameness(attribute, each, folded)));
  return before.filter((element) => {
    const both = [element, untyped(element)];
    return !both.some((each) => listed.has(sameness(attribute, each, folded)));
  });
}

/** The parts of an element that a filter says by `eq`, as they are spelt there. */
function asserted(filter: Filter, element: Complex): Complex {
  if (filter.op === 'and')
    return Object.assign({}, ...filter.filters.map((each) => asserted(each, element))) as Complex;
  if (filter.op !== 'compare' || filter.by !== 'eq') return {};
  return Object.fromEntries(Object.entries(element).filter(([name]) => name.toLowerCase() === filter.attribute));
}

/** What a change makes of one element: undefined when nothing is left of it. */
function changed(
  attribute: Attribute,
  sub: Attribute | undefined,
  element: Complex,
  change: Change,
): Complex | undefined {
  const { op, value, named } = change;
  const unassigns = op === 'remove' || (op === 'replace' && value === null);
  if (!sub) {
    if (unassigns) return undefined;
    const single = asComplex(readValue({ ...attribute, multiValued: false }, value, named));
    const { filter } = change.path;
    // RFC 7644 §3.5.2.3: what a filter chooses is replaced whole; it stays what the filter says that it is.
    return { ...(op === 'replace' && single && filter ? asserted(filter, element) : element), ...single };
  }
  if (!unassigns && value === undefined) throw badValue(named, 'it is missing');
  const part = unassigns ? undefined : readValue(sub, plain(sub, value), named);
  const { [sub.name]: _, ...rest } = element;
  return part === undefined ? rest : { ...rest, [sub.name]: part };
}

/** Changes those elements that the filter chooses (all, without one); makes the one that it describes, if none is. */
function selection(attribute: Attribute, before: readonly Complex[], change: Change, folded: Fold): Complex[] {
  const { filter, steps } = change.path;
  const sub = steps[1];
  const chosen = before.map((element) => !filter || matches(filter, attribute, element, folded));
  const none = !chosen.includes(true);
  if (none && change.op === 'remove') return [...before];
  const fresh = none && change.value !== null ? (filter ? described(filter, attribute) : {}) : undefined;
  if (none && !fresh && change.value !== null)
    throw scimError('scim.noTarget', { field: 'path', values: { reason: 'the filter of its path matches nothing' } });
  const after = [...before, ...(fresh ? [fresh] : [])].map((element, i) => {
    const touched = chosen[i] ?? true;
    return { element: touched ? changed(attribute, sub, element, change) : element, touched };
  });
  // A touched element that becomes primary takes that from the others, once it says anything.
  const leads = (element: Complex | undefined): boolean =>
    element?.['primary'] === true && substantial(attribute, element);
  const moves = after.some(({ element, touched }, i) => touched && leads(element) && !leads(before[i]));
  return after.flatMap(({ element, touched }) => (element ? [moves && !touched ? demoted(element) : element] : []));
}

/**
 * Changes a multi-valued attribute of `record` (RFC 7644 §3.5.2.1–3). Twins, who is primary, and elements that say nothing
 * are left to one reading of the whole list when all operations are done: Entra names an element's display before its value.
 * @throws scim.invalidValue, scim.invalidFilter, scim.noTarget
 */
export function changeElements(record: Complex, change: Change, folded: Fold): void {
  if (change.op === 'add' && change.value === null) return;
  const [attribute, sub] = change.path.steps;
  const before = asList(record[attribute.name]);
  let after: Complex[];
  if (change.path.filter || sub) after = selection(attribute, before, change, folded);
  else if (change.op === 'remove') after = removal(attribute, before, change, folded);
  else if (change.value === undefined) throw badValue(change.named, 'it is missing');
  else
    after =
      change.op === 'add' ? addition(attribute, before, read(attribute, change), folded) : read(attribute, change);
  requireFewElements(attribute, after);
  if (after.length === 0) delete record[attribute.name];
  else record[attribute.name] = after;
}
