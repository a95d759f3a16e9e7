import type { Seen } from './seen.ts';

/** As many requests of each key are kept. */
export const mostOfKey = 1_000;
/** As many wait in memory, of all keys. */
const mostWaiting = 10_000;

/** Bytes of bodies that wait in memory, of all keys; what comes then is kept without its body. */
const mostBytes = 16 * 1024 * 1024;

/** Requests that wait to be written: of each key the latest, since older ones would be deleted at once. */
export class Waiting {
  #ofKey = new Map<string, Seen[]>();
  #count = 0;
  #bytes = 0;

  add(seen: Seen): void {
    const own = this.#ofKey.get(seen.key.id) ?? [];
    this.#ofKey.set(seen.key.id, own);
    if (this.#bytes + seen.weight > mostBytes) seen.dropBody();
    own.push(seen);
    this.#count++;
    this.#bytes += seen.weight;
    if (own.length > mostOfKey) this.#drop(own);
    else if (this.#count > mostWaiting) this.#drop(this.#fullest());
  }

  /** Takes everything out, in the order in which it began. */
  take(): Seen[] {
    const all = [...this.#ofKey.values()].flat();
    this.#ofKey = new Map();
    this.#count = 0;
    this.#bytes = 0;
    return all.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  }

  #drop(own: Seen[]): void {
    this.#bytes -= own.shift()?.weight ?? 0;
    this.#count--;
  }

  #fullest(): Seen[] {
    let most: Seen[] = [];
    for (const each of this.#ofKey.values()) if (each.length > most.length) most = each;
    return most;
  }
}
