import { fold } from '../../../platform/text/fold.ts';
import type { Attribute } from './attributes.ts';
import { badSyntax, badValue } from './errors.ts';

/** A value as it is kept: only names of the schema, never null, never empty. */
export type Value = string | boolean | Complex | Complex[];
export interface Complex {
  [name: string]: Value;
}

/** `fold`, or one that remembers: a PATCH compares the same values again and again. */
export type Fold = (text: string) => string;

/** A value as an object, if it is one. */
export const asComplex = (value: Value | undefined): Complex | undefined =>
  typeof value === 'object' && !Array.isArray(value) ? value : undefined;

/** A value as a list, empty if it is none. */
export const asList = (value: Value | undefined): Complex[] => (Array.isArray(value) ? value : []);

/** A deep copy of what was JSON: for plain members alone structuredClone takes ten times as long. */
export function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => copyOf(each)) as T;
  const copy: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) copy[name] = copyOf(part);
  return copy as T;
}

/** Whether a JSON value is an object, so neither null nor a list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * An object's members by their name in lower case (RFC 7643 §2.1: names ignore case).
 * @throws scim.invalidSyntax when it is no object, or has one name in two spellings
 */
export function members(body: unknown): Map<string, unknown> {
  if (!isObject(body)) throw badSyntax('a JSON object is expected');
  const found = new Map<string, unknown>();
  for (const [name, value] of Object.entries(body)) {
    const key = name.toLowerCase();
    if (found.has(key)) throw badSyntax(`"${key.slice(0, 100)}" is given twice`);
    found.set(key, value);
  }
  return found;
}

/**
 * Refuses a message whose `schemas` are given but lack `urn`; foreign schemas beside it are welcome.
 * @throws scim.invalidSyntax
 */
export function requireSchema(body: Map<string, unknown>, urn: string): void {
  const schemas = body.get('schemas');
  if (schemas === undefined || schemas === null || (Array.isArray(schemas) && schemas.length === 0)) return;
  const wanted = urn.toLowerCase();
  const named = (name: unknown) => typeof name === 'string' && name.toLowerCase() === wanted;
  if (!Array.isArray(schemas) || !schemas.some(named)) throw badSyntax(`"schemas" must name ${urn}`);
}

/**
 * A string that can be stored on both engines: bounded, whole characters, without NUL.
 * @throws scim.invalidValue naming `field`
 */
export function readText(value: unknown, field: string, max: number): string {
  if (typeof value !== 'string') throw badValue(field, 'text is expected');
  if (value.length > max) throw badValue(field, `it is longer than ${max} characters`);
  if (value.includes('\0') || !value.isWellFormed()) throw badValue(field, 'it holds characters that no text has');
  return value;
}

function readFlag(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value;
  // Entra's older form sends "True" and "False".
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (word !== 'true' && word !== 'false') throw badValue(field, 'true or false is expected');
  return word === 'true';
}

/** Entra's older form wraps a plain value: `[{"$ref":null,"value":"False"}]`. */
export function plain(attribute: Attribute, value: unknown): unknown {
  const single = Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
  return attribute.type !== 'complex' && isObject(single) && 'value' in single ? single['value'] : value;
}

function readComplex(attribute: Attribute, value: unknown, field: string): Complex | undefined {
  // A bare string stands for the sub-attribute `value`: a manager's id, an address in a list.
  const short = typeof value === 'string' && attribute.sub.has('value');
  const given = short ? new Map<string, unknown>([['value', value]]) : isObject(value) ? members(value) : undefined;
  if (!given) throw badValue(field, 'an object is expected');
  const read: Complex = {};
  attribute.sub.forEach((sub, key) => {
    const said = given.get(key);
    const part = said === undefined ? undefined : readValue(sub, said, `${field}.${sub.name}`);
    if (part !== undefined) read[sub.name] = part;
  });
  return Object.keys(read).length ? read : undefined;
}

/** Whether an element says anything: it has a value, or where there is none (addresses) any part but its labels. */
export const substantial = (attribute: Attribute, element: Complex): boolean =>
  attribute.sub.has('value')
    ? element['value'] !== undefined
    : Object.keys(element).some((name) => name !== 'type' && name !== 'primary');

/** The parts that tell one element of a list from another: type and value, or where there is none (addresses) all. */
export const telling = ({ sub }: Attribute): string[] =>
  sub.has('value') ? ['type', 'value'] : [...sub.values()].map(({ name }) => name).filter((name) => name !== 'primary');

/** What makes two elements of a list one. */
export function sameness(attribute: Attribute, element: Complex, folded: Fold = fold): string {
  const parts = telling(attribute).map((name) => {
    const part = element[name] ?? null;
    return typeof part === 'string' && !attribute.sub.get(name.toLowerCase())?.caseExact ? folded(part) : part;
  });
  return JSON.stringify(parts);
}

/** @throws scim.invalidValue for more elements than the attribute can have */
export function requireFewElements({ name, max }: Attribute, elements: readonly unknown[], field = name): void {
  if (elements.length > max) throw badValue(field, `it has more than ${max} elements`);
}

function readMany(attribute: Attribute, value: unknown, field: string): Complex[] | undefined {
  const elements = Array.isArray(value) ? value : [value];
  requireFewElements(attribute, elements, field);
  const kept = new Map<string, Complex>();
  for (const given of elements) {
    const element = given === null ? undefined : readComplex(attribute, given, field);
    if (!element || !substantial(attribute, element)) continue;
    const key = sameness(attribute, element);
    const twin = kept.get(key);
    kept.set(key, twin ? { ...element, ...twin, ...(element['primary'] === true ? { primary: true } : {}) } : element);
  }
  const read = [...kept.values()];
  if (read.filter((element) => element['primary'] === true).length > 1)
    throw badValue(field, 'only one element can be primary');
  return read.length ? read : undefined;
}

/**
 * Reads what a client sent for an attribute; unknown parts are dropped (RFC 7644 §3.3).
 * @returns undefined for what counts as unassigned: null, "", [], {} (RFC 7643 §2.5)
 * @throws scim.invalidValue naming the attribute
 */
export function readValue(attribute: Attribute, value: unknown, field = attribute.name): Value | undefined {
  if (value === undefined || value === null || value === '' || attribute.mutability !== 'readWrite') return undefined;
  if (attribute.type === 'string') return readText(value, field, attribute.max);
  if (attribute.type === 'boolean') return readFlag(value, field);
  if (attribute.multiValued) return readMany(attribute, value, field);
  // Entra sends a manager as a list of one.
  const single = Array.isArray(value) && value.length < 2 ? value[0] : value;
  return single === undefined || single === null ? undefined : readComplex(attribute, single, field);
}
