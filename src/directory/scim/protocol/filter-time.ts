import { badFilter } from './errors.ts';
import type { Literal } from './filter-text.ts';

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/;

/**
 * A time of xsd:dateTime (RFC 7643 §2.3.5) in milliseconds; UTC when it names no zone.
 * @throws scim.invalidFilter
 */
export function readTime(value: Literal): number {
  const match = typeof value === 'string' ? dateTime.exec(value) : null;
  const time = match ? Date.parse(match[1] ? match[0] : `${match[0]}Z`) : Number.NaN;
  if (Number.isNaN(time)) throw badFilter('a time such as "2026-03-01T12:00:00Z" is expected');
  return time;
}
