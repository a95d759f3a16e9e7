import type { Cursor } from './state/state.entity.ts';

/**
 * Deals with what changed since a cursor. Who did is in `changed` before anything is made of it: a look may fail on its way.
 * @returns until when; null: it cannot be told, now or later
 */
export type Look = (since: Cursor, changed: Set<string>) => Promise<Cursor | null>;

/**
 * What changes while everybody is read, which takes seconds where a directory has many: it does not wait for the end. Every
 * so often it is looked at between two pages. A page may be older than what was found so: whoever is in `changed` is as they
 * were found, until the poll that follows finds them once more.
 */
export class Meanwhile {
  /** The guids of who changed, and was dealt with. */
  readonly changed = new Set<string>();
  /** Until when changes are dealt with; null: nothing is looked at. */
  since: Cursor | null;
  readonly #look: Look;
  readonly #everyMs: number;
  /** Not before this (performance.now) the next look: looks take half of the time at most. */
  #next: number;
  #looked = false;

  constructor(since: Cursor | null, everyMs: number, look: Look) {
    this.since = since;
    this.#everyMs = everyMs;
    this.#look = look;
    this.#next = performance.now() + everyMs;
  }

  /** The same pages, with a look whenever one is due; and behind the last, since a page that was passed over may be newer. */
  async *between<Page>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
    for await (const page of pages) {
      if (this.since && performance.now() >= this.#next) await this.#lookNow(this.since);
      yield page;
    }
    if (this.since && this.#looked) await this.#lookNow(this.since);
  }

  async #lookNow(since: Cursor): Promise<void> {
    const from = performance.now();
    this.#looked = true;
    this.since = await this.#look(since, this.changed);
    const took = performance.now() - from;
    this.#next = performance.now() + Math.max(this.#everyMs, this.#everyMs && took);
  }
}
