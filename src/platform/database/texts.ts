/**
 * What a statement is made of, as far as it was seen: a path through the pieces that statements were made of before. At
 * its end stands the text, so that a statement that runs a thousand times a second is written once.
 */
export class Made {
  #text: string | null = null;
  readonly #after: number;
  #next: Map<unknown, Made> | null = null;
  /** What came by the same piece in another place. */
  #elsewhere: Made | null = null;

  constructor(after = 0) {
    this.#after = after;
  }

  /** The text of a statement that ends here; null before it was written. */
  get text(): string | null {
    return this.#text;
  }

  keep(text: string): void {
    if (this !== unlike) this.#text = text;
  }

  /**
   * The path that goes on with this piece. Two statements come to the same one only when their texts are the same: each
   * piece has so many places as it has, and how many values came before it tells which of them it stands in.
   * @param piece what tells its text from all others: by identity, or as a text or a number; null when nothing does
   * @param after how many values came before it
   */
  with(piece: unknown, after: number): Made {
    if (piece === null || this === unlike) return unlike;
    this.#next ??= new Map();
    const first = this.#next.get(piece) ?? null;
    for (let made = first; made; made = made.#elsewhere) {
      if (made.#after === after) return made;
    }
    const made = new Made(after);
    made.#elsewhere = first;
    this.#next.set(piece, made);
    count++;
    return made;
  }
}

/** Where everything ends that is like nothing before. */
const unlike = new Made();

/** Statements whose texts depend on what somebody asks for (a filter) make ever more: then all is written anew. */
const most = 5_000;
let count = 0;
let beginnings = { sqlite: new Made(), postgres: new Made() };

/** Where every statement begins. */
export function beginningOf(engine: keyof typeof beginnings): Made {
  if (count > most) {
    count = 0;
    beginnings = { sqlite: new Made(), postgres: new Made() };
  }
  return beginnings[engine];
}
