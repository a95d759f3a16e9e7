import { randomUUID } from 'node:crypto';
import { refuse } from './errors.ts';
import { JsonTally, parseJson } from './parse.ts';

/** An object or array that is open where the text so far ends. */
interface Open {
  isArray: boolean;
  /** An object's key whose value is open, once it was cut there; until then its place in the text. */
  key: string | null;
  from: number;
  to: number;
}

type Container = unknown[] | Record<string, unknown>;

/** Characters of one piece: parsed and looked through in about two milliseconds. */
const pieceSize = 64 * 1024;
/** What comes waits until it is this share of the text that it is put behind: each time that one is copied whole. */
const shareOfText = 1 / 4;
/** At most, so that what is then looked through is soon done. */
const mostWaiting = 256 * 1024;

/**
 * Reads one long JSON text as it arrives. Whenever enough has come, it is cut behind a whole element, closed with the
 * brackets that are still open, and parsed by `JSON.parse`; what was parsed is put together. So a body of 8 MB never
 * holds the process for longer than one piece takes, and its text is not kept.
 */
export class JsonPieces {
  readonly #depth: number;
  readonly #size: number;
  readonly #tally = new JsonTally();
  /** Stands for the key of an object that was cut; no text can have it by chance or by intent. */
  readonly #mark = randomUUID();
  readonly #open: Open[] = [];
  /** What was open where the last piece ended: where the next one goes on. */
  #spine: Open[] = [];
  #text = '';
  /** Small parts that came since. */
  #waiting: string[] = [];
  #waitingLength = 0;
  /** How far the text was looked at. */
  #at = 0;
  #inString = false;
  /** Where the last string begins and ends in the text: a key, if a colon follows. */
  #from = 0;
  #to = 0;
  #root: unknown;
  #begun = false;

  /** @param depth how many objects and arrays may be in each other */
  constructor(depth: number, size: number = pieceSize) {
    this.#depth = depth;
    this.#size = size;
  }

  /** Takes the text that comes next. @throws what `parseJson` throws */
  push(text: string): void {
    this.#waiting.push(text);
    this.#waitingLength += text.length;
    if (this.#waitingLength >= Math.min(this.#text.length * shareOfText, mostWaiting)) this.#look();
  }

  /** Looks through all that has come. */
  #look(): void {
    this.#text += this.#waiting.join('');
    this.#waiting = [];
    this.#waitingLength = 0;
    while (this.#at < this.#text.length) {
      if (this.#inString) this.#skipString();
      else this.#step(this.#text.charCodeAt(this.#at));
      this.#at += 1;
    }
  }

  /** The whole value. @throws what `parseJson` throws */
  end(): unknown {
    this.#look();
    this.#take(this.#text, '');
    return this.#root;
  }

  #step(code: number): void {
    if (code === 0x22 /* " */) {
      this.#inString = true;
      this.#from = this.#at;
    } else if (code === 0x2c /* , */) this.#comma();
    else if (code === 0x3a /* : */) this.#colon();
    else if (code === 0x5b /* [ */ || code === 0x7b /* { */) {
      if (this.#open.length > this.#depth) throw refuse('body.tooDeep', { values: { depth: this.#depth } });
      this.#open.push({ isArray: code === 0x5b, key: null, from: 0, to: 0 });
    } else if ((code === 0x5d /* ] */ || code === 0x7d) /* } */ && !this.#open.pop()) throw refuse('body.notJson');
  }

  /** Goes to the end of a string, or of the text. */
  #skipString(): void {
    const end = this.#text.indexOf('"', this.#at);
    if (end < 0) {
      this.#at = this.#text.length - 1;
      return;
    }
    let backslashes = 0;
    while (this.#text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes += 1;
    this.#at = end;
    if (backslashes % 2 === 1) return;
    this.#inString = false;
    this.#to = end + 1;
  }

  #colon(): void {
    const top = this.#open.at(-1);
    if (top) Object.assign(top, { key: null, from: this.#from, to: this.#to });
  }

  #comma(): void {
    if (this.#open.length === 0) throw refuse('body.notJson');
    if (this.#at < this.#size) return;
    const piece = this.#text.slice(0, this.#at);
    // What would be well-formed only because it is closed here, or goes on behind the comma: `[,` and `,]`.
    if (/^$|[[{]$/.test(piece.trimEnd())) throw refuse('body.notJson');
    const closing = this.#open.map(({ isArray }) => (isArray ? ']' : '}'));
    this.#take(piece, closing.toReversed().join(''));
    for (const each of this.#open.slice(0, -1)) {
      if (!each.isArray) each.key ??= JSON.parse(piece.slice(each.from, each.to)) as string;
    }
    this.#spine = this.#open.map((each) => ({ ...each })); // what follows changes their keys
    this.#text = this.#text.slice(this.#at + 1);
    this.#at = -1;
  }

  #take(piece: string, closing: string): void {
    if (this.#begun && /^\s*[\]}]/.test(piece)) throw refuse('body.notJson');
    const last = this.#spine.length - 1;
    const opening = this.#spine.map(({ isArray }, i) => (isArray ? '[' : i === last ? '{' : `{"${this.#mark}":`));
    const value = parseJson(opening.join('') + piece + closing, this.#depth, this.#tally);
    if (this.#begun) this.#join(value as Container);
    else this.#root = value;
    this.#begun = true;
  }

  /** Puts a piece where it goes on: the first element, or the marked one, of each open container is its own rest. */
  #join(piece: Container): void {
    let here = this.#root as Container;
    let rest = piece;
    for (const [i, { key }] of this.#spine.entries()) {
      const inner = i < this.#spine.length - 1;
      const open = Array.isArray(here) ? here.at(-1) : inner ? here[key!] : undefined;
      const next = Array.isArray(rest) ? rest[0] : rest[this.#mark];
      if (Array.isArray(here)) for (const value of (rest as unknown[]).slice(inner ? 1 : 0)) here.push(value);
      else for (const [name, value] of Object.entries(rest)) if (name !== this.#mark) here[name] = value;
      here = open as Container;
      rest = next as Container;
    }
  }
}
