import { badFilter, badValue } from '../protocol/errors.ts';
import { urn } from '../protocol/messages.ts';
import { members, requireSchema } from '../protocol/values.ts';
import { type Paging, pagingOf } from './paging.ts';
import { parameterOf } from './request.ts';

/** What is asked of a list (RFC 7644 §3.4.2). */
export interface ListQuery {
  filter: string | null;
  sortBy: string | null;
  isDescending: boolean;
  page: Paging;
}

/** @throws scim.invalidFilter for an empty one, scim.invalidSyntax, scim.invalidValue, scim.invalidCount */
export function listQueryOf(query: URLSearchParams): ListQuery {
  const order = parameterOf(query, 'sortOrder')?.toLowerCase() ?? 'ascending';
  if (order !== 'ascending' && order !== 'descending')
    throw badValue('sortOrder', 'ascending or descending is expected');
  const filter = parameterOf(query, 'filter');
  // Taken for none, it would give everybody to who asks for somebody.
  if (filter === null && query.has('filter')) throw badFilter('it is empty');
  return {
    filter,
    sortBy: parameterOf(query, 'sortBy'),
    isDescending: order === 'descending',
    page: pagingOf(query),
  };
}

const lists = ['attributes', 'excludedAttributes'];
const single = ['filter', 'sortBy', 'sortOrder', 'startIndex', 'count', 'cursor'];
const spelt = new Map([...single, ...lists].map((name) => [name.toLowerCase(), name]));

/** A query with the parameters of SCIM in their usual spelling: attribute names ignore case (RFC 7643 §2.1), and so do these. */
export function queryOf(given: URLSearchParams): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of given) query.append(spelt.get(name.toLowerCase()) ?? name, value);
  return query;
}

/**
 * The body of a search (RFC 7644 §3.4.3) in the terms of the query that it stands for.
 * @throws scim.invalidSyntax, scim.invalidValue
 */
export function searchQuery(body: unknown): URLSearchParams {
  const given = members(body);
  requireSchema(given, urn.searchRequest);
  const query = new URLSearchParams();
  for (const name of [...single, ...lists]) {
    const value = given.get(name.toLowerCase()) ?? undefined;
    if (value === undefined) continue;
    const parts: unknown[] = lists.includes(name) && Array.isArray(value) ? value : [value];
    query.set(name, parts.map((part) => textOf(part, name)).join(','));
  }
  return query;
}

function textOf(value: unknown, name: string): string {
  const isNumber = typeof value === 'number' && (name === 'startIndex' || name === 'count');
  if (typeof value !== 'string' && !isNumber)
    throw badValue(name, isCount(name) ? 'a number is expected' : 'text is expected');
  return String(value);
}

const isCount = (name: string): boolean => name === 'startIndex' || name === 'count';
