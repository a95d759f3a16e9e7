import { groupSchema, userSchema } from './attributes.ts';
import type { Resource } from './present.ts';
import { isObject } from './values.ts';

/** The query parameters `attributes` and `excludedAttributes` (RFC 7644 §3.9), each parted into names. */
export interface Projection {
  attributes?: readonly string[] | undefined;
  excludedAttributes?: readonly string[] | undefined;
}

/** What is returned whatever is asked (RFC 7643 §7, `returned`): the same of every resource. */
const always = new Set(
  [...groupSchema.attributes.values()].filter(({ returned }) => returned === 'always').map(({ name }) => name),
);

/** An extension's name may stand without its URN, as in filters: no schema has another attribute of that name. */
function withExtension(name: string): string {
  const first = name.split('.', 1)[0]!;
  if (userSchema.attributes.has(first)) return name;
  const urn = userSchema.extensions
    .map((each) => each.toLowerCase())
    .find((each) => userSchema.attributes.get(each)?.sub.has(first));
  return urn === undefined ? name : `${urn}:${name}`;
}

/** Names in lower case, without the URN of the resource's own schema; a dot parts a sub-attribute. */
export const namesIn = (list: string): string[] =>
  list
    .split(',')
    .map((name) =>
      withExtension(
        name
          .trim()
          .toLowerCase()
          .replace(/^urn:ietf:params:scim:schemas:core:2\.0:\w+:/, ''),
      ),
    )
    .filter(Boolean);

/** The names below `name`: none when `name` itself is listed, undefined when nothing of it is. */
function below(names: readonly string[], name: string): string[] | undefined {
  const lower = name.toLowerCase();
  if (names.includes(lower)) return [];
  // An extension's attributes follow its URN after a colon, all others after a dot.
  const mark = lower.startsWith('urn:') ? ':' : '.';
  const inner = names.filter((each) => each.startsWith(lower + mark)).map((each) => each.slice(lower.length + 1));
  return inner.length ? inner : undefined;
}

function pickValue(value: unknown, names: readonly string[], keep: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => pickValue(each, names, keep)).filter((each) => !isEmpty(each));
  return isObject(value) ? pick(value, names, keep) : value;
}

const isEmpty = (value: unknown): boolean => isObject(value) && Object.keys(value).length === 0;

/** The members of an object that are named (`keep`), or those that are not. */
function pick(object: Resource, names: readonly string[], keep: boolean): Resource {
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, part]) => {
      const inner = below(names, name);
      if (inner?.length) {
        const picked = pickValue(part, inner, keep);
        return isEmpty(picked) ? [] : [[name, picked]];
      }
      return (inner !== undefined) === keep ? [[name, part]] : [];
    }),
  );
}

/** Whether an answer will show `name`, so that a handler need not load what it will not. */
export function wants(name: string, { attributes, excludedAttributes }: Projection): boolean {
  if (attributes?.length) return below(attributes, name) !== undefined;
  return below(excludedAttributes ?? [], name)?.length !== 0;
}

/** The parts of a resource that were asked for; `schemas` and `id` always stay. */
export function project(resource: Resource, { attributes, excludedAttributes }: Projection): Resource {
  if (attributes?.length) return pick(resource, [...attributes, ...always], true);
  const excluded = (excludedAttributes ?? []).filter((name) => !always.has(name));
  return excluded.length ? pick(resource, excluded, false) : resource;
}
