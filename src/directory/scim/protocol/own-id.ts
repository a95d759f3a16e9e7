import type { ResourceSchema } from './attributes.ts';
import { scimError } from './errors.ts';
import type { Operation } from './patch.ts';
import { isObject } from './values.ts';

const refuseOther = (said: unknown, id: string): void => {
  if (said !== id && said !== null && said !== undefined)
    throw scimError('scim.mutability', { field: 'id', values: { field: 'id' } });
};

/**
 * Holds what a PATCH says of `id` against the resource's own: Okta repeats it beside what it changes, which is no change;
 * another one is refused (RFC 7644 §3.5.2, RFC 7643 §3.1).
 * @returns the operations that say something else
 * @throws scim.mutability
 */
export function withoutOwnId(operations: readonly Operation[], id: string, schema: ResourceSchema): Operation[] {
  const own = schema.urn.toLowerCase();
  const isId = (name: string): boolean => ['id', `${own}:id`].includes(name.trim().toLowerCase());
  return operations.filter(({ op, path, value }) => {
    if (path !== undefined) return !(op !== 'remove' && isId(path) && value === id);
    for (const [name, each] of isObject(value) ? Object.entries(value) : []) {
      if (isId(name)) refuseOther(each, id);
      if (name.toLowerCase() !== own || !isObject(each)) continue;
      for (const [inner, said] of Object.entries(each)) if (isId(inner)) refuseOther(said, id);
    }
    return true;
  });
}
