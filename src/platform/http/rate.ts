import { createHmac, randomBytes } from 'node:crypto';
import { refuse } from './errors.ts';

interface RateOptions {
  /** Calls that pass in each window. */
  points: number;
  /** The window's length. */
  seconds: number;
  /** Keys that are counted one by one; further ones share a fixed number of counters. */
  capacity?: number;
}

const sharedCounters = 1024;

/** Calls that were counted until the window ends. */
interface Window {
  calls: number;
  end: number;
}

/**
 * A limit on calls for each key, in this process's memory. A window begins with its first call.
 * Memory is bounded: while `capacity` keys are being counted, new keys share counters, picked by a keyed hash so that
 * nobody can aim at somebody else's. Dropping old keys instead would let a flood reset its own count.
 * @returns `limit(key)`, which throws rate.exceeded with `retryAfter`
 */
export function createRate({ points, seconds, capacity = 50_000 }: RateOptions): (key: string) => Promise<void> {
  const salt = randomBytes(16);
  /** By key. Windows are equally long, so the first entry ends first. */
  const windows = new Map<string, Window>();
  const shared = new Map<number, Window>();

  const windowOf = (key: string, now: number): Window => {
    for (const [old, { end }] of windows) {
      if (end > now) break;
      windows.delete(old);
    }
    const own = windows.get(key);
    if (own) return own;
    const fresh = { calls: 0, end: now + seconds * 1000 };
    if (windows.size < capacity) {
      windows.set(key, fresh);
      return fresh;
    }
    const place = createHmac('sha256', salt).update(key).digest().readUInt32BE() % sharedCounters;
    const known = shared.get(place);
    if (known && known.end > now) return known;
    shared.set(place, fresh);
    return fresh;
  };

  return async (key) => {
    const now = performance.now();
    const window = windowOf(key, now);
    window.calls += 1;
    if (window.calls <= points) return;
    const retryAfter = Math.max(1, Math.ceil((window.end - now) / 1000));
    throw refuse('rate.exceeded', { retryAfter, values: { seconds: retryAfter } });
  };
}
