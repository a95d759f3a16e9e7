/** What stands where something was left out on purpose. */
export const leftOut = '(left out)';

/** Names of what is a secret, wherever it stands. */
const secretName = /pass(?:w|phrase|code)|pwd|secret|token|credential|authorization|(?:private|api)_?key/i;
/** Secrets that are known by how they look, wherever they stand: our own keys, and whatever is called a bearer's. */
const secretText = /carillon_[a-z]+_[\w-]+|\bbearer\s+\S+/gi;
/** A word that begins with an operator of comparison: `eq`, or `eq"x"`. */
const comparison = /^(?:eq|ne|co|sw|ew|gt|ge|lt|le)\b/i;
/** A path that only names an attribute, without a filter or anything else. */
const plainPath = /^[\w.:$-]+$/;

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
  suspicious.test(text) ? text.replaceAll(secretText, leftOut).replaceAll('\0', '\u{fffd}') : text;

/** What a text has in it that must be changed: hardly any has, and to look is less work than to replace. */
// oxlint-disable-next-line no-control-regex
const suspicious = /carillon_|bearer\s|\0/i;

/** A text of one line: a control character would change how it is shown. */
export const asLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, '\u{fffd}');

/** The path of an address; one with a secret in it, however that is escaped, without it. */
export function pathWithoutSecrets(path: string): string {
  const plain = path.replaceAll(/%[\da-f]{2}/gi, (escape) => {
    const code = Number.parseInt(escape.slice(1), 16);
    return code > 0x20 && code < 0x7f ? String.fromCharCode(code) : escape;
  });
  const kept = withoutSecrets(plain);
  return kept === plain ? path : kept;
}

/** Whether a text compares a secret: word by word, since a pattern over all of it would take the square of its length. */
function comparesSecret(text: string): boolean {
  const words = text.split(/\s+/);
  return words.some((word, i) => i > 0 && comparison.test(word) && secretName.test(words[i - 1]!));
}

/** A filter or a path; one that compares a secret is left out whole. */
const criterion = (text: string): string => (comparesSecret(text) ? leftOut : withoutSecrets(text));

/** The path of a change; of a secret nothing but its name. */
const keptPath = (path: string): string => (secretName.test(path) && !plainPath.test(path) ? leftOut : criterion(path));

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
  /** Which of the texts "(left out)" in it, counted from 0 as `restore` meets them, the directory sent itself. */
  sent: readonly number[];
}

/** What is kept of a body: no password, no secret, of a group no names of members, and 32 kB at most. */
export function keptBody(body: unknown, endpoint: string): KeptBody {
  const walk = new Walk(ofEndpoint.get(endpoint) ?? null);
  const kept = walk.copy(body);
  return { body: kept, isCut: walk.isCut, sent: walk.sent };
}

/** A kept body with `gone` wherever something was left out of it, and what only looks so as it was sent. */
export function restore(kept: unknown, sent: readonly number[], gone: symbol): unknown {
  const own = new Set(sent);
  let met = 0;
  const within = (value: unknown): unknown => {
    if (value === leftOut) return own.has(met++) ? value : gone;
    if (Array.isArray(value)) return value.map(within);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, within(each)]));
  };
  return within(kept);
}

/** What is to be known of the name of a member. */
interface Name {
  key: string;
  isSecret: boolean;
  called: string;
}

/** Directories send the same few names of attributes again and again; what is known of a name depends on nothing else. */
const knownNames = new Map<string, Name>();
const mostNames = 1_000;

function about(name: string): Name {
  const known = knownNames.get(name);
  if (known) return known;
  const called = cutText(withoutSecrets(name), mostOfKey);
  const found = { key: name.toLowerCase(), isSecret: secretName.test(name), called };
  // What is no name of an attribute may be anything, and is not to stay in memory.
  if (called === name && plainPath.test(name) && knownNames.size < mostNames) knownNames.set(name, found);
  return found;
}

class Walk {
  #left = mostOfBody;
  isCut = false;
  readonly sent: number[] = [];
  /** How many texts "(left out)" there are so far. */
  #marks = 0;
  /** The names that are kept with their values; null for all. */
  readonly #names: ReadonlySet<string> | null;

  constructor(names: ReadonlySet<string> | null) {
    this.#names = names;
  }

  copy(value: unknown): unknown {
    if (typeof value === 'string') return this.#text(value, withoutSecrets);
    if (value === null || typeof value !== 'object') return this.#spent(8) ? value : this.#leave();
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
    const kept: Record<string, unknown> = {};
    const names = Object.keys(object);
    const paths = names.filter((name) => about(name).key === 'path').map((name) => object[name]);
    const isSecret = paths.some(isHidden);
    const [path] = paths;
    if (isSecret && !(paths.length === 1 && typeof path === 'string' && isPassword.test(path))) this.isCut = true;
    for (const name of names) {
      if (!this.#spent(name.length + 4)) break;
      const { key, called, isSecret: isOwnSecret } = about(name);
      const hides = isOwnSecret || (isSecret && !beside.has(key));
      if (called !== name) this.isCut = true;
      put(kept, called, hides ? this.#leave() : this.#member(key, object[name]));
    }
    return kept;
  }

  #member(key: string, value: unknown): unknown {
    if (this.#names && !this.#names.has(key)) return this.#leave();
    if (key === 'path' && isNoPath(value)) return this.#leave();
    if (key === 'path' && typeof value === 'string') return this.#text(value, keptPath);
    if (key === 'filter' && typeof value === 'string') return this.#text(value, criterion);
    // Of a manager, who is somebody else, only which one.
    if (key === 'manager' && value !== null && typeof value === 'object') {
      const { value: which } = value as { value?: unknown };
      return which === undefined ? {} : { value: this.copy(which) };
    }
    return this.copy(value);
  }

  #text(text: string, keep: (text: string) => string): string {
    // What is longer than all that is kept need not be looked through.
    const kept = text.length > mostOfBody ? leftOut : keep(text);
    if (kept !== text) this.isCut = true;
    if (!this.#spent(kept.length + 2)) return this.#leave();
    if (kept === leftOut && text === leftOut) this.sent.push(this.#marks);
    return kept === leftOut ? this.#leave() : kept;
  }

  /** Leaves a value out. */
  #leave(): string {
    this.#marks++;
    return leftOut;
  }

  #spent(characters: number): boolean {
    this.#left -= characters;
    if (this.#left < 0) this.isCut = true;
    return this.#left >= 0;
  }
}

/** Gives an object a member, also one that its prototype has. */
function put(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** What no directory's user has here: without it a replay does the same. */
const isPassword = /(?:^|:)password$/i;

/** What stays of a change whose value is not kept, whatever its value is called. */
const beside = new Set(['op', 'path']);

/** What stands for a path and is none. */
const isNoPath = (path: unknown): boolean => typeof path !== 'string' && path !== null && path !== undefined;

/** A path whose value is not kept: a secret, the name of somebody else, or what is no path. */
function isHidden(path: unknown): boolean {
  if (typeof path !== 'string') return isNoPath(path);
  if (path.length > mostOfBody || secretName.test(path)) return true;
  const [, ...behind] = path.split(/manager\W/i);
  return behind.some((part) => /display|\$ref/i.test(part));
}
