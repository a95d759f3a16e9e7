import { generalizedTime } from './times.ts';

/** Changes of one second can be written after the number was read. */
const slackMs = 1_000;

/** The last change of each provider, by its id, of a contextCSN such as `20261122224118.123456Z#000000#001#000000`. */
export function csnsOf(context: string | null): Map<string, { csn: string; ms: number }> {
  const found = new Map<string, { csn: string; ms: number }>();
  const pattern = /(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.\d+Z#[0-9a-f]+#([0-9a-f]+)#[0-9a-f]+/gi;
  for (const [csn, y, mo, d, h, mi, s, sid] of (context ?? '').matchAll(pattern)) {
    const ms = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s));
    found.set(sid!.toLowerCase(), { csn, ms });
  }
  return found;
}

/** Whether changes cannot be told from what was there: a provider is new, is gone, or has gone back (a restored one). */
export function isOtherHistory(before: string | null, now: string | null): boolean {
  const [old, present] = [csnsOf(before), csnsOf(now)];
  if (old.size !== present.size) return true;
  return [...present].some(([sid, { csn }]) => !old.has(sid) || csn < old.get(sid)!.csn);
}

/** Since when changes are to be read: since the oldest of what was the last of each provider that has gone on. */
export function changedSince(before: string | null, now: string | null): string | null {
  const present = csnsOf(now);
  const times = [...csnsOf(before)].filter(([sid, { csn }]) => present.get(sid)?.csn !== csn).map(([, { ms }]) => ms);
  return times.length === 0 ? null : generalizedTime(Math.min(...times) - slackMs);
}
