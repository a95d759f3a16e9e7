import { mostOfPath } from './path.ts';
import { isObject } from './values.ts';

/** What a reference stands for: an id, or undefined for one that is to be left out. */
export type Resolve = (bulkId: string) => string | undefined;

const mark = 'bulkId:';
/** What names other resources by their ids. */
const referring = /(?:^|[.:])(?:members|manager)(?:\.value)?$/i;

/** The bulkId of a reference (RFC 7644 §3.7.2), or undefined for any other text. */
const referenced = (text: string): string | undefined => (text.startsWith(mark) ? text.slice(mark.length) : undefined);

function resolved(text: string, resolve: Resolve): string | undefined {
  const bulkId = referenced(text);
  return bulkId === undefined ? text : resolve(bulkId);
}

/** A member, a manager, or a list of them; undefined for one that is left out. */
function inValue(value: unknown, resolve: Resolve): unknown {
  if (typeof value === 'string') return resolved(value, resolve);
  if (Array.isArray(value))
    return value.map((each) => inValue(each as unknown, resolve)).filter((each) => each !== undefined);
  if (!isObject(value)) return value;
  const read = Object.entries(value).map(([name, part]) => {
    const refers = typeof part === 'string' && /^(?:value|\$ref)$/i.test(name);
    return [name, refers ? resolved(part, resolve) : part] as const;
  });
  return read.some(([, part]) => part === undefined) ? undefined : Object.fromEntries(read);
}

/** The attributes of a resource, also below a URN. */
function inAttributes(given: unknown, resolve: Resolve): unknown {
  if (!isObject(given)) return given;
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      const read = referring.test(name)
        ? inValue(value, resolve)
        : /^urn:/i.test(name)
          ? inAttributes(value, resolve)
          : value;
      return read === undefined ? [] : [[name, read] as const];
    }),
  );
}

/** `members[value eq "bulkId:x"]`; a quoted value without its end is taken to the end, so that none is read twice. */
const inPath = (path: string, resolve: Resolve): string =>
  path.replace(/"((?:[^"\\]|\\.)*)("?)/gs, (whole, quoted: string, end: string) => {
    const bulkId = end === '' ? undefined : referenced(quoted);
    const id = bulkId === undefined ? undefined : resolve(bulkId);
    return id === undefined ? whole : JSON.stringify(id);
  });

function inChange(given: unknown, resolve: Resolve): unknown {
  if (!isObject(given)) return given;
  const path = Object.entries(given).find(([name]) => name.toLowerCase() === 'path')?.[1];
  const place = typeof path === 'string' ? path.trim() : '';
  return Object.fromEntries(
    Object.entries(given).map(([name, part]) => {
      const key = name.toLowerCase();
      if (key === 'path' && typeof part === 'string' && part.length <= mostOfPath) return [name, inPath(part, resolve)];
      if (key !== 'value') return [name, part];
      if (place === '') return [name, inAttributes(part, resolve)];
      return [name, referring.test(place) ? inValue(part, resolve) : part];
    }),
  );
}

/**
 * Puts ids in the place of references (`bulkId:…`), wherever a resource or a PATCH names others: `members` and `manager`.
 * Whatever else looks so is left as it is.
 * @param data of one operation
 * @param resolve may throw
 */
export function withReferences(data: unknown, isPatch: boolean, resolve: Resolve): unknown {
  if (!isPatch) return inAttributes(data, resolve);
  if (!isObject(data)) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const isList = name.toLowerCase() === 'operations' && Array.isArray(value);
      return [name, isList ? value.map((each) => inChange(each as unknown, resolve)) : value] as const;
    }),
  );
}

/** The same in an operation's path: some clients address a new resource as `/Groups/bulkId:x`. */
export const pathWithReferences = (path: string, resolve: Resolve): string =>
  path
    .split('/')
    .map((segment) => resolved(segment, resolve) ?? segment)
    .join('/');
