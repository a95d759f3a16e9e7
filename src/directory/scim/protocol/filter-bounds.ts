import type { Column } from './filter-sql.ts';
import { scimError } from './errors.ts';
import type { AttributeMap, Rows } from './filter.ts';
import type { Filter } from './filter-tree.ts';

/** How much one filter may ask. */
export interface FilterBounds {
  comparisons: number;
  scans: number;
}

/** One row costs as many comparisons as the filter has; directories send one or two. */
const maxComparisons = 20;
/** Each of them looks at every row of the connection, while everybody else waits. */
const maxScans = 3;

export const filterBounds: FilterBounds = { comparisons: maxComparisons, scans: maxScans };

const tooMany = (reason: string) => scimError('scim.tooMany', { field: 'filter', values: { reason } });

function comparisons(filter: Filter): number {
  if (filter.op === 'and' || filter.op === 'or')
    return filter.filters.reduce((sum, each) => sum + comparisons(each), 0);
  return filter.op === 'not' || filter.op === 'any' ? comparisons(filter.filter) : 1;
}

/** A name stands for a column, or for rows: by itself, or by what is before its last dot. */
const entryOf = (name: string, attributes: AttributeMap): Column | Rows | undefined =>
  attributes.get(name) ?? attributes.get(name.slice(0, Math.max(0, name.lastIndexOf('.'))));

/** How many comparisons no index serves: all on text and on rows but `eq`, and all but `eq` by being under `not`. */
function scans(filter: Filter, negated: boolean, attributes: AttributeMap | null): number {
  const { op } = filter;
  if (op === 'and' || op === 'or')
    return filter.filters.reduce((sum, each) => sum + scans(each, negated, attributes), 0);
  if (op === 'not') return scans(filter.filter, !negated, attributes);
  if (op === 'any') return Math.max(1, scans(filter.filter, negated, null));
  const kind = attributes === null ? 'text' : entryOf(filter.attribute, attributes)?.kind;
  if (kind === 'time' || kind === 'boolean') return 0;
  if (kind === 'exists') return 1;
  const equal = op === 'compare' && filter.value !== null && (filter.by === 'eq' || filter.by === 'ne');
  return equal && (filter.by === 'eq') !== negated ? 0 : 1;
}

/** Refuses a filter with more than 20 comparisons. @throws scim.tooMany */
export function requireFew(filter: Filter, max: number = maxComparisons): void {
  if (comparisons(filter) > max) throw tooMany(`it has more than ${max} comparisons`);
}

/**
 * Refuses a filter that would keep the database busy: many comparisons, or more than 3 that no index serves.
 * @throws scim.tooMany
 */
export function requireBounded(filter: Filter, attributes: AttributeMap, bounds: FilterBounds): void {
  requireFew(filter, bounds.comparisons);
  if (scans(filter, false, attributes) > bounds.scans)
    throw tooMany(`more than ${bounds.scans} of its comparisons look at every resource; "eq" on a plain name does not`);
}
