import { refuse } from './errors.ts';

const mostFields = 1000;

/** Walks without recursion, so that no depth of input can exhaust the stack. */
function inspect(value: unknown, most: number): void {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    const below: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      if (depth >= most) throw refuse('body.tooDeep', { values: { depth: most } });
      if (Array.isArray(item)) {
        for (const entry of item) if (typeof entry === 'object') below.push(entry);
        continue;
      }
      // An own property here, but the prototype of whatever it is copied into by assignment.
      if (Object.hasOwn(item, '__proto__')) throw refuse('body.forbiddenKey', { field: '__proto__' });
      for (const entry of Object.values(item)) if (typeof entry === 'object') below.push(entry);
    }
    level = below;
  }
}

/**
 * JSON from outside, as a value that is safe to walk.
 * @throws body.notJson, body.tooDeep, body.forbiddenKey
 */
export function parseJson(text: string, depth = 20): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may hold a secret.
    throw refuse('body.notJson');
  }
  inspect(value, depth);
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
