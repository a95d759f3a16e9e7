import { badFilter } from './errors.ts';

export type Literal = string | number | boolean | null;

/** A piece of a filter. `after`: a word such as `.value` that follows its bracket without a space. */
export type Token =
  | { kind: 'word'; text: string; after: boolean }
  | { kind: 'quoted'; text: string }
  | { kind: 'bracket'; text: string };

const maxLength = 4096;

/** A bare word: a name, an operator, or a value without its quotes (Entra), which has no sign that could end it. */
const token = /(?<space>\s+)|(?<quoted>"(?:[^"\\]|\\.)*")|(?<bracket>[()[\]])|(?<word>[\p{L}\p{N}_.:@+/=$%#*~-]+)/uy;

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

/** Parts a filter of at most 4,096 characters into its pieces; quoted values as they are meant. @throws scim.invalidFilter */
export function tokensOf(text: string): Token[] {
  if (text.length > maxLength) throw badFilter(`it is longer than ${maxLength} characters`);
  const tokens: Token[] = [];
  let end = -1;
  for (token.lastIndex = 0; token.lastIndex < text.length;) {
    const begin = token.lastIndex;
    const groups = token.exec(text)?.groups;
    if (!groups) throw badFilter(`character ${begin + 1} is not understood`);
    const { space, quoted, bracket, word } = groups;
    if (space !== undefined) continue;
    if (quoted !== undefined) tokens.push({ kind: 'quoted', text: unquote(quoted) });
    else if (bracket !== undefined) tokens.push({ kind: 'bracket', text: bracket });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, after: begin === end });
    end = token.lastIndex;
  }
  return tokens;
}

const words: ReadonlyMap<string, Literal> = new Map<string, Literal>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** What a word without quotes says; a number that cannot be kept exactly stays text. */
export function literalOf(word: string): Literal {
  const known = words.get(word.toLowerCase());
  if (known !== undefined) return known;
  return number.test(word) && String(Number(word)) === word ? Number(word) : word;
}
