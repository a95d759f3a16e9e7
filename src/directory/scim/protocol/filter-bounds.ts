import { scimError } from './errors.ts';
import type { Filter } from './filter-tree.ts';

/** How much one filter may ask. */
export interface FilterBounds {
  comparisons: number;
  /** Of them, those that no index serves: each looks at every row of the connection, while others wait. */
  scans: number;
}

/** One row costs as many comparisons as the filter has; directories send one or two. */
const maxComparisons = 20;

export const filterBounds: FilterBounds = { comparisons: maxComparisons, scans: 6 };

const tooMany = (reason: string) => scimError('scim.tooMany', { field: 'filter', values: { reason } });

function comparisons(filter: Filter): number {
  if (filter.op === 'and' || filter.op === 'or')
    return filter.filters.reduce((sum, each) => sum + comparisons(each), 0);
  return filter.op === 'not' || filter.op === 'any' ? comparisons(filter.filter) : 1;
}

/** Refuses a filter with more than 20 comparisons. @throws scim.tooMany */
export function requireFew(filter: Filter, max: number = maxComparisons): void {
  if (comparisons(filter) > max) throw tooMany(`it has more than ${max} comparisons`);
}

/** Refuses a filter that would keep the database busy. @throws scim.tooMany */
export function requireFewScans(scans: number, { scans: max }: FilterBounds): void {
  if (scans > max)
    throw tooMany(`more than ${max} of its comparisons look at every resource; "eq" on a name or an id does not`);
}
