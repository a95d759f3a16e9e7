import { maxResults } from '../protocol/schema.ts';
import { badSyntax, badValue, scimError } from '../protocol/errors.ts';
import { parameterOf } from './request.ts';

/** Every client can read it again, and every engine count so far. */
const mostOfPage = 2 ** 31 - 1;

/** A page by its place (RFC 7644 §3.4.2.4), or by a cursor (RFC 9865), which is empty for the first one. */
export type Paging = { count: number; startIndex: number } | { count: number; cursor: string };

/**
 * Reads `startIndex`, `count` and `cursor`: less than 1 counts as 1, a negative count as 0, more than the most that is
 * given as that. With a cursor, `count` is 1 at least (RFC 9865 §2.1).
 * @throws scim.invalidValue for what is no whole number; scim.invalidCount; scim.invalidSyntax for a page of both kinds
 */
export function pagingOf(query: URLSearchParams): Paging {
  if (!query.has('cursor')) {
    const count = Math.min(maxResults, Math.max(0, whole(query, 'count', maxResults) ?? invalid('count')));
    return { count, startIndex: Math.max(1, whole(query, 'startIndex', 1) ?? invalid('startIndex')) };
  }
  const cursor = parameterOf(query, 'cursor') ?? '';
  if (parameterOf(query, 'startIndex') !== null) throw badSyntax('a page is asked by "cursor" or by "startIndex"');
  const count = whole(query, 'count', maxResults);
  if (count === null || count < 1)
    throw scimError('scim.invalidCount', { field: 'count', values: { max: maxResults } });
  return { count: Math.min(maxResults, count), cursor };
}

function invalid(name: string): never {
  throw badValue(name, 'a whole number is expected');
}

function whole(query: URLSearchParams, name: string, otherwise: number): number | null {
  const text = parameterOf(query, name);
  if (text === null) return otherwise;
  // As large as a client may write it, such as the largest that its own language knows.
  return /^-?\d+$/.test(text) ? Math.max(-mostOfPage, Math.min(mostOfPage, Number(text))) : null;
}
