import type { KeyObject } from 'node:crypto';

/** Keys that a process remembers: so many at least of those that came last, and twice as many at most. */
const least = 8_000;
/** For how long: a key that was destroyed elsewhere is soon forgotten. */
const rememberedMs = 600_000;

interface Known {
  /** Null for one that was forgotten. */
  key: KeyObject | null;
  at: number;
}

/**
 * People's keys as they were lately read or made, in two generations: when the younger one is full, the older one goes
 * whole. To take the oldest out of one map costs 50 µs each time, since what was taken out before is passed over anew.
 */
export class Remembered {
  #young = new Map<string, Known>();
  #old = new Map<string, Known>();

  get(personId: string, now: number): KeyObject | undefined {
    const known = this.#known(personId);
    return known?.key && now - known.at < rememberedMs ? known.key : undefined;
  }

  /** @param at when it was asked for: one that was forgotten since stays so */
  add(personId: string, key: KeyObject, at: number): void {
    const known = this.#known(personId);
    if (known?.key === null && known.at >= at) return;
    this.#put(personId, { key, at });
  }

  forget(personId: string, at: number): void {
    this.#put(personId, { key: null, at });
  }

  #known(personId: string): Known | undefined {
    return this.#young.get(personId) ?? this.#old.get(personId);
  }

  #put(personId: string, known: Known): void {
    this.#young.set(personId, known);
    if (this.#young.size < least) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}
