/** What stands where something was left out on purpose. */
export const leftOut = '(left out)';

/** Names of what is a secret, wherever it stands. */
const secretName = /passw|secret|token|credential|authorization|private_?key/i;
/** Secrets that are known by how they look, wherever they stand: our own keys, and whatever is called a bearer's. */
const secretText = /carillon_[a-z]+_[\w-]+|\bbearer\s+\S+/gi;
/** A comparison with a secret, in a filter or a path. */
const comparesSecret = /[\w.:]*(?:passw|secret|token|credential)[\w.:]*\s+(?:eq|ne|co|sw|ew|gt|ge|lt|le)\b/i;

/** What is kept of one body, as JSON, in characters. */
export const mostOfBody = 32 * 1024;
const mostOfKey = 256;

/** Attributes of groups, and of messages about them: what else is sent there may tell of people, whom no key covers. */
const groupNames = new Set(
  ['schemas', 'id', 'externalId', 'displayName', 'members', 'meta', 'Operations', 'op', 'path', 'value', 'type', '$ref']
    .concat(['resourceType', 'location', 'created', 'lastModified', 'version'])
    .map((name) => name.toLowerCase()),
);
/** Of a bulk request only what was asked: its operations' data are of many people, and each is kept by itself. */
const bulkNames = new Set(['schemas', 'failonerrors', 'operations', 'method', 'path', 'bulkid', 'version']);

const ofEndpoint: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Groups', groupNames],
  ['Bulk', bulkNames],
]);

export const cutText = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);

/** A text without the secrets that are known by how they look, and without NUL, which PostgreSQL takes in no text. */
export const withoutSecrets = (text: string): string =>
  text.replaceAll(secretText, leftOut).replaceAll('\0', '\u{fffd}');

/** A text of one line: a control character would change how it is shown. */
export const asLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, '\u{fffd}');

/** A filter or a path; one that compares a secret is left out whole. */
const criterion = (text: string): string => (comparesSecret.test(text) ? leftOut : withoutSecrets(text));

/** A query as it was sent, without secrets. */
export function keptQuery(query: URLSearchParams, most = 2_048): string {
  const kept = [...query].map(([name, value]) => {
    const shown = secretName.test(name) ? leftOut : criterion(value);
    return `${withoutSecrets(name)}=${shown}`;
  });
  return cutText(kept.join('&'), most);
}

interface KeptBody {
  body: unknown;
  /** Whether something is missing that a replay would need. */
  isCut: boolean;
}

/** What is kept of a body: no password, no secret, of a group no names of members, and 32 kB at most. */
export function keptBody(body: unknown, endpoint: string): KeptBody {
  const walk = new Walk(ofEndpoint.get(endpoint) ?? null);
  const kept = walk.copy(body);
  return { body: kept, isCut: walk.isCut };
}

class Walk {
  #left = mostOfBody;
  isCut = false;
  /** The names that are kept with their values; null for all. */
  readonly #names: ReadonlySet<string> | null;

  constructor(names: ReadonlySet<string> | null) {
    this.#names = names;
  }

  copy(value: unknown): unknown {
    if (typeof value === 'string') return this.#text(value, withoutSecrets(value));
    if (value === null || typeof value !== 'object') return this.#spent(8) ? value : leftOut;
    if (Array.isArray(value)) return this.#list(value);
    return this.#members(value as Record<string, unknown>);
  }

  #list(values: readonly unknown[]): unknown[] {
    const kept: unknown[] = [];
    for (const each of values) {
      if (!this.#spent(2)) return [...kept, `(and ${values.length - kept.length} more)`];
      kept.push(this.copy(each));
    }
    return kept;
  }

  #members(object: Record<string, unknown>): Record<string, unknown> {
    const kept: [string, unknown][] = [];
    const names = Object.keys(object);
    const path = names.map((name) => [name.toLowerCase(), object[name]]).find(([name]) => name === 'path')?.[1];
    const isSecretPath = typeof path === 'string' && isHidden(path);
    if (isSecretPath && !isPassword.test(path)) this.isCut = true;
    for (const name of names) {
      if (!this.#spent(name.length + 4)) break;
      const hides = secretName.test(name) || (isSecretPath && name.toLowerCase() === 'value');
      kept.push([cutText(withoutSecrets(name), mostOfKey), hides ? leftOut : this.#member(name, object[name])]);
    }
    return Object.fromEntries(kept);
  }

  #member(name: string, value: unknown): unknown {
    const key = name.toLowerCase();
    if (this.#names && !this.#names.has(key)) return leftOut;
    if ((key === 'path' || key === 'filter') && typeof value === 'string') return this.#text(value, criterion(value));
    // Of a manager, who is somebody else, only which one.
    if (key === 'manager' && value !== null && typeof value === 'object') {
      const { value: which } = value as { value?: unknown };
      return which === undefined ? {} : { value: this.copy(which) };
    }
    return this.copy(value);
  }

  #text(text: string, kept: string): string {
    if (kept !== text) this.isCut = true;
    return this.#spent(kept.length + 2) ? kept : leftOut;
  }

  #spent(characters: number): boolean {
    this.#left -= characters;
    if (this.#left < 0) this.isCut = true;
    return this.#left >= 0;
  }
}

/** What no directory's user has here: without it a replay does the same. */
const isPassword = /(?:^|:)password$/i;

/** A path whose value is not kept: a secret, or the name of somebody else. */
const isHidden = (path: string): boolean => secretName.test(path) || /manager\W.*(?:display|\$ref)/i.test(path);
