import type { Attribute, ResourceSchema } from './attributes.ts';
import { scimError } from './errors.ts';
import { requireFew } from './filter-bounds.ts';
import { parseFilter } from './filter-tree.ts';
import type { Filter } from './filter-tree.ts';

/** A PATCH path, resolved: the chain of attributes, outermost first, and the filter on a multi-valued one. */
export interface Path {
  /** One attribute, its sub-attribute, or one more below an extension's URN. */
  steps: readonly [Attribute, ...Attribute[]];
  /** Chooses elements of the first step. */
  filter?: Filter;
}

/** A longer path is refused. */
export const mostOfPath = 1024;

/** A 400 `invalidPath` that shows the path. */
export const badPath = (path: string) =>
  scimError('scim.invalidPath', { field: 'path', values: { path: path.slice(0, 200) } });

/**
 * `urn:…:User:name.givenName` → `name`, `givenName`; an extension's URN is a step by itself, also of a name that stands
 * without it, as Entra has `manager`, where the core schema has none of that name.
 */
function names(text: string, schema: ResourceSchema): string[] {
  const lower = text.toLowerCase();
  const own = `${schema.urn.toLowerCase()}:`;
  if (lower.startsWith(own)) return lower.slice(own.length).split('.');
  for (const extension of schema.extensions) {
    const urn = extension.toLowerCase();
    if (lower === urn) return [urn];
    if (lower.startsWith(`${urn}:`)) return [urn, ...lower.slice(urn.length + 1).split('.')];
  }
  const plain = lower.split('.');
  const [first = ''] = plain;
  if (schema.attributes.has(first)) return plain;
  const having = schema.extensions.find((urn) => schema.attributes.get(urn.toLowerCase())?.sub.has(first));
  return having === undefined ? plain : [having.toLowerCase(), ...plain];
}

function resolve(text: string, path: string, schema: ResourceSchema): [Attribute, ...Attribute[]] {
  let known = schema.attributes;
  const steps: Attribute[] = [];
  for (const name of names(text, schema)) {
    const attribute = known.get(name);
    if (!attribute) throw badPath(path);
    steps.push(attribute);
    // Below what is not stored, anything goes: it is ignored, or refused as read-only, as a whole.
    if (attribute.mutability !== 'readWrite') break;
    known = attribute.sub;
  }
  const [first, ...rest] = steps;
  if (!first) throw badPath(path);
  return [first, ...rest];
}

/**
 * Reads a PATCH path (RFC 7644 §3.5.2, figure 7): `attribute`, `attribute.sub`, `attribute[filter]`,
 * `attribute[filter].sub`, each with or without its schema's URN, or its extension's. Only the schemas' own names are accepted.
 * @throws scim.invalidPath, or scim.invalidFilter and scim.tooMany for what stands in the brackets
 */
export function parsePath(path: string, schema: ResourceSchema): Path {
  if (path.length > mostOfPath) throw badPath(path);
  const open = path.indexOf('[');
  if (open < 0) return { steps: resolve(path.trim(), path, schema) };
  const close = path.lastIndexOf(']');
  const behind = path.slice(close + 1).trim();
  if (close < open || !/^(\.[$\w-]+)?$/.test(behind)) throw badPath(path);
  const head = path.slice(0, open).trim();
  const [attribute, ...below] = resolve(head, path, schema);
  if (attribute.mutability !== 'readWrite') return { steps: [attribute] };
  if (!attribute.multiValued || below.length) throw badPath(path);
  const filter = parseFilter(path.slice(open + 1, close));
  requireFew(filter);
  return { steps: resolve(head + behind, path, schema), filter };
}
