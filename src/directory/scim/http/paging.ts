import { maxResults } from '../protocol/schema.ts';
import { badValue } from '../protocol/errors.ts';
import { parameterOf } from './request.ts';

export interface Paging {
  /** From 1. */
  startIndex: number;
  count: number;
}

/**
 * Reads `startIndex` and `count` (RFC 7644 §3.4.2.4): less than 1 counts as 1, a negative count as 0, more than the
 * most that is given as that.
 * @throws scim.invalidValue for what is no whole number
 */
export function pagingOf(query: URLSearchParams): Paging {
  return {
    startIndex: Math.max(1, whole(query, 'startIndex', 1)),
    count: Math.min(maxResults, Math.max(0, whole(query, 'count', maxResults))),
  };
}

function whole(query: URLSearchParams, name: string, otherwise: number): number {
  const text = parameterOf(query, name);
  if (text === null) return otherwise;
  if (!/^-?\d{1,9}$/.test(text)) throw badValue(name, 'a whole number is expected');
  return Number(text);
}
