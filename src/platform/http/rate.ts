import { createHmac, randomBytes } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
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

/**
 * A limit on calls for each key, in this process's memory.
 * Memory is bounded: while `capacity` keys are being counted, new keys share counters, picked by a keyed hash so that
 * nobody can aim at somebody else's. Dropping old keys instead would let a flood reset its own count.
 * @returns `limit(key)`, which throws rate.exceeded with `retryAfter`
 */
export function createRate({ points, seconds, capacity = 50_000 }: RateOptions): (key: string) => Promise<void> {
  const limiter = new RateLimiterMemory({ points, duration: seconds });
  const salt = randomBytes(16);
  /** Key → when its window ends. Windows are equally long, so the first entry ends first. */
  const windows = new Map<string, number>();

  const counterFor = (key: string, now: number): string => {
    for (const [old, end] of windows) {
      if (end > now) break;
      windows.delete(old);
    }
    if (windows.has(key)) return `k${key}`;
    if (windows.size < capacity) {
      windows.set(key, now + seconds * 1000);
      return `k${key}`;
    }
    return `s${createHmac('sha256', salt).update(key).digest().readUInt32BE() % sharedCounters}`;
  };

  return async (key) => {
    try {
      await limiter.consume(counterFor(key, performance.now()));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const retryAfter = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
      throw refuse('rate.exceeded', { retryAfter, values: { seconds: retryAfter } });
    }
  };
}
