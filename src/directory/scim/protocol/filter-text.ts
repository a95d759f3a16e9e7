import { badFilter } from './errors.ts';

export type Literal = string | number | boolean | null;

const maxLength = 4096;
const maxDepth = 32;

const comparisons = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);
const words: ReadonlyMap<string, Literal> = new Map<string, Literal>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

const token =
  /(?<space>\s+)|(?<text>"(?:[^"\\]|\\.)*")|(?<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(?<bracket>[()[\]])|(?<word>[A-Za-z][\w.:-]*)/y;

/** A filter that the parser reads as RFC 7644 means it, with every literal taken out. */
export interface PreparedFilter {
  /** Literals stand as `"0"`, `"1"`, …: places in `literals`. */
  text: string;
  literals: Literal[];
}

function unquote(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badFilter('a quoted value has a wrong escape');
  }
  // PostgreSQL has no NUL in text, and half a character cannot be sent to either engine.
  if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed())
    throw badFilter('a quoted value holds characters that no text has');
  return value;
}

/** Writes the prepared filter, and keeps count of its brackets without recursion. */
class Preparation {
  readonly literals: Literal[] = [];
  readonly #out: string[] = [];
  readonly #open: string[] = [];
  /** Tokens that still belong into the brackets before `].sub`: an operator, and its value. */
  #owed = 0;

  literal(value: Literal): void {
    this.#write(`"${this.literals.push(value) - 1}"`);
  }

  word(word: string): void {
    const lower = word.toLowerCase();
    const literal = comparisons.has(this.#out.at(-1) ?? '') ? words.get(lower) : undefined;
    if (literal !== undefined) this.literal(literal);
    else if (this.#owed === 2 && lower === 'pr') {
      this.#owed = 1;
      this.#write(lower);
    } else this.#write(lower);
  }

  open(bracket: string): void {
    this.#open.push(bracket);
    if (this.#open.length > maxDepth) throw badFilter(`it is nested deeper than ${maxDepth} brackets`);
    this.#write(bracket === '[' ? '[ (' : '(');
  }

  /** The parser takes `a[x].b eq "c"` for `a[x] and a.b eq "c"`; what is meant is `a[(x) and b eq "c"]`. */
  close(bracket: string, sub: string | undefined): void {
    if (this.#open.pop() !== (bracket === ']' ? '[' : '(')) throw badFilter('its brackets do not match');
    if (bracket === ')') this.#write(')');
    else if (sub === undefined) this.#write(') ]');
    else {
      this.#write(`) and ${sub.toLowerCase()}`);
      this.#owed = 2;
    }
  }

  end(): string {
    if (this.#open.length || this.#owed) throw badFilter('it ends too early');
    return this.#out.join(' ');
  }

  #write(piece: string): void {
    this.#out.push(piece);
    if (this.#owed && --this.#owed === 0) this.#out.push(']');
  }
}

/**
 * Bounds a filter (4,096 characters, 32 brackets), and makes up for what the parser gets wrong: escapes in values,
 * operators in capitals, True and False, and a sub-attribute behind brackets.
 * @throws scim.invalidFilter
 */
export function prepareFilter(text: string): PreparedFilter {
  if (text.length > maxLength) throw badFilter(`it is longer than ${maxLength} characters`);
  const prepared = new Preparation();
  for (token.lastIndex = 0; token.lastIndex < text.length;) {
    const { lastIndex } = token;
    const groups = token.exec(text)?.groups;
    if (!groups) throw badFilter(`character ${lastIndex + 1} is not understood`);
    if (groups['text'] !== undefined) prepared.literal(unquote(groups['text']));
    else if (groups['number'] !== undefined) prepared.literal(Number(groups['number']));
    else if (groups['word'] !== undefined) prepared.word(groups['word']);
    else if (groups['bracket'] === '(' || groups['bracket'] === '[') prepared.open(groups['bracket']);
    else if (groups['bracket'] !== undefined) {
      const sub =
        groups['bracket'] === ']'
          ? /^\.([A-Za-z][\w-]*)/.exec(text.slice(token.lastIndex, token.lastIndex + 64))
          : null;
      if (sub) token.lastIndex += sub[0].length;
      prepared.close(groups['bracket'], sub?.[1]);
    }
  }
  return { text: prepared.end(), literals: prepared.literals };
}
