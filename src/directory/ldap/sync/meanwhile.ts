import type { Changes } from './changes.ts';
import type { Cursor } from './state/state.entity.ts';

/** Deals with what changed since a cursor. @returns null: it cannot be told what did */
export type Look = (since: Cursor) => Promise<Changes | null>;

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
  #last = performance.now();

  constructor(since: Cursor | null, everyMs: number, look: Look) {
    this.since = since;
    this.#everyMs = everyMs;
    this.#look = look;
  }

  /** The same pages, with a look whenever one is due. */
  async *between<Page>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
    for await (const page of pages) {
      if (this.since && performance.now() >= this.#last + this.#everyMs) await this.#lookNow(this.since);
      yield page;
    }
  }

  async #lookNow(since: Cursor): Promise<void> {
    const found = await this.#look(since);
    this.since = found && found.now;
    for (const guid of found?.changed ?? []) this.changed.add(guid);
    this.#last = performance.now();
  }
}
