import { directoryErrors } from '../../errors.ts';
import type { ScimKey } from './key.entity.ts';

const day = 24 * 60 * 60 * 1000;

/**
 * When a key is to end: a day (it is the last one on which the key is taken, UTC) or a time (ISO 8601 with its zone).
 * @returns null for no end
 * @throws scimKey.expiryInvalid for anything else, and for what is over
 */
export function readExpiry(given: unknown, now: number): number | null {
  if (given === undefined || given === null || given === '') return null;
  const text = typeof given === 'string' ? given.trim() : '';
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const at = isDay || isTime ? Date.parse(text) : Number.NaN;
  // Date.parse takes the 31st of a short month for the first of the next.
  const real = !isDay || (at > 0 && new Date(at).toISOString().startsWith(text));
  const end = isDay ? at + day : at;
  if (!(end > now) || !real) throw directoryErrors('scimKey.expiryInvalid', { field: 'expires' });
  return end;
}

/** How a key stands to its end: whoever looks after it is told this long before. */
export type Ending = 'none' | 'far' | 'soon' | 'over';
export const soonDays = 30;

export function endingOf({ expiresAt }: Pick<ScimKey, 'expiresAt'>, now: number): Ending {
  if (expiresAt === null) return 'none';
  if (expiresAt <= now) return 'over';
  return expiresAt - now <= soonDays * day ? 'soon' : 'far';
}
