/** What stands in a record where a value is sealed. */
export const sealedMark = '(sealed)';

/** A value that tells of a person: the trail keeps it under that person's key. */
export class Personal {
  readonly value: string;

  constructor(value: string) {
    this.value = value;
  }

  /** Wherever else it may be printed, the value is not. */
  toJSON(): string {
    return sealedMark;
  }
}

/** Marks a request parameter or response element as personal: names, addresses, what somebody searched for. */
export const personal = (value: string): Personal => new Personal(value);

/** Values by their places in a record. */
export interface Found {
  paths: string[][];
  values: string[];
}

/** The same parameters with a mark at the place of each personal value, which is added to `found`. */
export function withoutPersonal<T>(value: T, path: string[], found: Found): T {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Personal) {
    found.paths.push(path);
    found.values.push(value.value);
    return sealedMark as T;
  }
  if (Array.isArray(value)) return value.map((each, i) => withoutPersonal(each, [...path, String(i)], found)) as T;
  const clear: Record<string, unknown> = {};
  // Every record has such objects: this form takes a quarter of the time of `Object.fromEntries`.
  for (const name of Object.keys(value)) {
    const each = (value as Record<string, unknown>)[name];
    const kept = typeof each === 'object' ? withoutPersonal(each, [...path, name], found) : each;
    if (name === '__proto__') Object.defineProperty(clear, name, { value: kept, enumerable: true });
    else clear[name] = kept;
  }
  return clear as T;
}

/** Puts a value at a place of a record, which the record must have already: what it says of itself is not followed. */
export function putAt(record: object, path: readonly string[], value: string): void {
  let at: unknown = record;
  for (const name of path.slice(0, -1)) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, name)) return;
    at = (at as Record<string, unknown>)[name];
  }
  const last = path.at(-1);
  if (last !== undefined && at !== null && typeof at === 'object' && Object.hasOwn(at, last)) {
    (at as Record<string, unknown>)[last] = value;
  }
}
