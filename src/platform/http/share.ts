import { refuse } from './errors.ts';

/** The part of the memory for bodies that one request holds. */
export interface Share {
  /** Takes as many bytes more. @throws rate.exceeded when others of the same key hold too much already */
  take: (bytes: number) => void;
  /** Gives all of it back. */
  give: () => void;
}

/** When it is worth another try: a body is read and answered within moments. */
const retryAfter = 1;

/**
 * Bounds what bodies that are under way hold in memory, for each key by itself: one directory that sends many large ones
 * at once, or slowly, waits, and takes no memory from the others.
 * @param most bytes for one key at the same time
 */
export function createShares(most: number): (key: string) => Share {
  const held = new Map<string, number>();
  const change = (key: string, by: number): void => {
    const now = (held.get(key) ?? 0) + by;
    if (now > 0) held.set(key, now);
    else held.delete(key);
  };
  return (key) => {
    let own = 0;
    return {
      take(bytes) {
        if ((held.get(key) ?? 0) + bytes > most)
          throw refuse('rate.exceeded', { retryAfter, values: { seconds: retryAfter } });
        own += bytes;
        change(key, bytes);
      },
      give() {
        change(key, -own);
        own = 0;
      },
    };
  };
}
