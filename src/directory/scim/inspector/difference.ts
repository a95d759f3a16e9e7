import { isDeepStrictEqual } from 'node:util';
import { cutText, withoutSecrets } from './redact.ts';
import type { ResourceChange } from './change.ts';

/** One attribute that a request has changed; null where there was, or is, none. */
export interface Difference {
  /** As SCIM writes it: `name.givenName`. */
  attribute: string;
  before: string | null;
  after: string | null;
}

const mostDifferences = 100;
const mostCharacters = 512;

/** What is different afterwards, attribute by attribute; of what is gone, nothing: it is named. */
export function differencesOf({ before, after }: Pick<ResourceChange, 'before' | 'after'>): Difference[] {
  if (after === null) return [];
  const was = flat(before ?? {});
  const is = flat(after);
  const names = [...new Set([...was.keys(), ...is.keys()])];
  return names
    .filter((name) => !isDeepStrictEqual(was.get(name), is.get(name)))
    .slice(0, mostDifferences)
    .map((attribute) => ({ attribute, before: shown(was.get(attribute)), after: shown(is.get(attribute)) }));
}

/** Complex attributes by their parts; those with several values are one. */
function flat(attributes: Record<string, unknown>, prefix = ''): Map<string, unknown> {
  const all = new Map<string, unknown>();
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null) continue;
    if (typeof value === 'object' && !Array.isArray(value)) {
      const inside = flat(value as Record<string, unknown>, `${prefix}${name}${name.startsWith('urn:') ? ':' : '.'}`);
      for (const [inner, each] of inside) all.set(inner, each);
    } else all.set(prefix + name, value);
  }
  return all;
}

function shown(value: unknown): string | null {
  if (value === undefined) return null;
  return cutText(withoutSecrets(Array.isArray(value) ? value.map(element).join(', ') : plain(value)), mostCharacters);
}

/** One of several values: `bob@acme.example (work, primary)`. */
function element(value: unknown): string {
  if (value === null || typeof value !== 'object') return plain(value);
  const { value: main, type, primary, ...rest } = value as Record<string, unknown>;
  const others = Object.values(rest).map(plain);
  const about = [type, primary === true && 'primary'].filter((each) => typeof each === 'string' && each !== '');
  const whole = [...(main === undefined ? [] : [plain(main)]), ...others].join(' ');
  return about.length === 0 ? whole : `${whole} (${about.join(', ')})`;
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
