import { badFilter } from './errors.ts';
import type { Literal } from './filter-text.ts';

const dateTime = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/i;

/**
 * A time of xsd:dateTime (RFC 7643 §2.3.5) in milliseconds, with any offset; UTC when it names no zone. Finer than what
 * is stored is cut.
 * @throws scim.invalidFilter
 */
export function readTime(value: Literal): number {
  const [, seconds, fraction = '', zone = 'Z'] = (typeof value === 'string' ? dateTime.exec(value) : null) ?? [];
  const time = Date.parse(`${seconds}${fraction.slice(0, 4)}${zone}`.toUpperCase());
  if (Number.isNaN(time)) throw badFilter('a time such as "2026-03-01T12:00:00Z" is expected');
  return time;
}
