import { refuse } from '../../../platform/http/errors.ts';

/** How much of something goes on at once. */
interface Bounds {
  /** For one key, such as a connection. */
  each: number;
  all: number;
  /** How much more of one key waits for its turn. */
  waiting: number;
}

/**
 * Lets work be done in its turn: so much of one key, and so much in all; nobody waits behind a key that has its share.
 * What it gives throws rate.exceeded when too much of the key waits already, and what the work throws.
 */
export function createTurns({ each, all, waiting }: Bounds): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const busy = new Map<string, number>();
  let running = 0;
  let line: { key: string; begin: () => void }[] = [];
  const isFree = (key: string): boolean => running < all && (busy.get(key) ?? 0) < each;
  const change = (key: string, by: 1 | -1): void => {
    running += by;
    const now = (busy.get(key) ?? 0) + by;
    if (now > 0) busy.set(key, now);
    else busy.delete(key);
  };
  const next = (): void => {
    const first = line.find(({ key }) => isFree(key));
    if (!first) return;
    line = line.filter((one) => one !== first);
    change(first.key, 1);
    first.begin();
  };
  return async (key, work) => {
    if (isFree(key)) change(key, 1);
    else {
      if (line.filter((one) => one.key === key).length >= waiting)
        throw refuse('rate.exceeded', { retryAfter: 1, values: { seconds: 1 } });
      await new Promise<void>((begin) => line.push({ key, begin }));
    }
    try {
      return await work();
    } finally {
      change(key, -1);
      next();
    }
  };
}
