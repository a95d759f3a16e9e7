/**
 * A bounded buffer that its holders share fairly: when it is full, whoever holds the most loses their latest entry to
 * somebody who holds less, so one holder's flood never displaces what the others have.
 */
export class FairBuffer<T> {
  readonly #size: number;
  #held = new Map<string, { at: number; entry: T }[]>();
  #count = 0;
  #added = 0;
  #dropped = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(holder: string, entry: T): void {
    const own = this.#held.get(holder) ?? [];
    if (this.#count >= this.#size && !this.#makeRoom(own.length)) {
      this.#dropped++;
      return;
    }
    own.push({ at: this.#added++, entry });
    this.#held.set(holder, own);
    this.#count++;
  }

  /** Takes everything out, in the order in which it came; and how many have found no room since the last time. */
  take(): { entries: T[]; dropped: number } {
    const entries = [...this.#held.values()].flat().toSorted((one, other) => one.at - other.at);
    const dropped = this.#dropped;
    this.#held = new Map();
    this.#count = this.#dropped = 0;
    return { entries: entries.map(({ entry }) => entry), dropped };
  }

  /** @param held by whoever needs the room */
  #makeRoom(held: number): boolean {
    let most: unknown[] = [];
    for (const each of this.#held.values()) if (each.length > most.length) most = each;
    if (most.length <= held + 1) return false;
    most.pop();
    this.#count--;
    this.#dropped++;
    return true;
  }
}
