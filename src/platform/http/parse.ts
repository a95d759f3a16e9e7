import { refuse } from './errors.ts';

const mostFields = 1000;

/** Different names of members: an object with very many of them, or many objects with others each, costs far more. */
const mostNames = 4_096;
/** Members and elements of one JSON text, one in another: a group of 50,000 members, each told at length, has 250,000. */
const mostValues = 500_000;

/** What one JSON text has so far, in whatever pieces it is read. */
export class JsonTally {
  readonly #names = new Set<string>();
  #values = 0;

  /** Counts an object's members. @throws body.tooManyNames, body.tooManyValues */
  members(names: readonly string[]): void {
    this.elements(names.length);
    for (const name of names) this.#names.add(name);
    if (this.#names.size > mostNames) throw refuse('body.tooManyNames', { values: { limit: mostNames } });
  }

  /** Counts elements of an array. @throws body.tooManyValues */
  elements(count: number): void {
    this.#values += count;
    if (this.#values > mostValues) throw refuse('body.tooManyValues', { values: { limit: mostValues } });
  }
}

/** Walks without recursion, so that no depth of input can exhaust the stack. */
function inspect(value: unknown, most: number, tally: JsonTally): void {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    const below: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      if (depth >= most) throw refuse('body.tooDeep', { values: { depth: most } });
      if (Array.isArray(item)) {
        tally.elements(item.length);
        for (const entry of item) if (typeof entry === 'object') below.push(entry);
        continue;
      }
      // An own property here, but the prototype of whatever it is copied into by assignment.
      if (Object.hasOwn(item, '__proto__')) throw refuse('body.forbiddenKey', { field: '__proto__' });
      tally.members(Object.keys(item));
      for (const entry of Object.values(item)) if (typeof entry === 'object') below.push(entry);
    }
    level = below;
  }
}

/**
 * JSON from outside, as a value that is safe to walk.
 * @param tally of the text that this is a piece of
 * @throws body.notJson, body.tooDeep, body.forbiddenKey, body.tooManyNames, body.tooManyValues
 */
export function parseJson(text: string, depth = 20, tally = new JsonTally()): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may hold a secret.
    throw refuse('body.notJson');
  }
  inspect(value, depth, tally);
  return value;
}

/**
 * A form's fields; unlike `new URLSearchParams(text)` it refuses what is not UTF-8 instead of replacing it.
 * @throws body.notForm
 */
export function parseForm(text: string): URLSearchParams {
  const form = new URLSearchParams();
  const pairs = text.split('&').filter(Boolean);
  if (pairs.length > mostFields) throw refuse('body.notForm');
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    form.append(decode(name), decode(value));
  }
  return form;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw refuse('body.notForm');
  }
}
