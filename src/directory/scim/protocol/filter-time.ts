import { badFilter } from './errors.ts';
import type { Literal } from './filter-text.ts';

const dateTime = /^((\d{4}-\d\d)-(\d\d)T\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/i;

/** Whether a month has a day; a 30 February would else be read as 1 March. */
const isDay = (month: string, day: string): boolean => new Date(`${month}-${day}`).toISOString().startsWith(month);

/**
 * A time of xsd:dateTime (RFC 7643 §2.3.5) in milliseconds, with any offset; UTC when it names no zone. Finer than what
 * is stored is cut.
 * @throws scim.invalidFilter
 */
export function readTime(value: Literal): number {
  const [, seconds, month = '', day = '', fraction = '', zone = 'Z'] =
    (typeof value === 'string' ? dateTime.exec(value) : null) ?? [];
  const time = Date.parse(`${seconds}${fraction.slice(0, 4)}${zone}`.toUpperCase());
  if (Number.isNaN(time) || !isDay(month, day)) throw badFilter('a time such as "2026-03-01T12:00:00Z" is expected');
  return time;
}
