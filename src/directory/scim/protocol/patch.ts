import type { ResourceSchema } from './attributes.ts';
import { badSyntax, scimError } from './errors.ts';
import { urn } from './messages.ts';
import { badPath, parsePath } from './path.ts';
import type { Path } from './path.ts';
import { isObject, members, requireSchema } from './values.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';

/** One operation of a PATCH, as it was sent. */
export interface Operation {
  op: 'add' | 'replace' | 'remove';
  path?: string;
  value?: unknown;
}

/** One change at one place: an operation without a path gives one for each of its members. */
export interface Change {
  op: 'add' | 'replace' | 'remove';
  path: Path;
  value: unknown;
  /** How the client named the place. */
  named: string;
  /** Whether the operation itself had this path. */
  explicit: boolean;
}

const maxOperations = 1000;

function readOperation(given: unknown): Operation {
  const fields = members(given);
  const op = fields.get('op');
  const name = typeof op === 'string' ? op.toLowerCase() : '';
  if (name !== 'add' && name !== 'replace' && name !== 'remove')
    throw badSyntax('"op" must be "add", "replace" or "remove"');
  const path = fields.get('path') ?? '';
  if (typeof path !== 'string') throw badPath(typeof path);
  return {
    op: name,
    ...(path.trim() === '' ? {} : { path }),
    ...(fields.has('value') ? { value: fields.get('value') } : {}),
  };
}

/**
 * Reads the body of PATCH (RFC 7644 §3.5.2); names and `op` in any case, as Entra sends them.
 * @throws scim.invalidSyntax, scim.invalidPath, scim.tooLarge beyond 1,000 operations
 */
export function readPatch(body: unknown): Operation[] {
  const given = members(body);
  requireSchema(given, urn.patchOp);
  const operations = given.get('operations');
  if (!Array.isArray(operations) || operations.length === 0)
    throw badSyntax('"Operations" must be a list that is not empty');
  if (operations.length > maxOperations)
    throw scimError('scim.tooLarge', { field: 'Operations', values: { limit: maxOperations, things: 'operations' } });
  return operations.map(readOperation);
}

/** A member of a value without a path: what is unknown there is no mistake, as directories send more than is stored. */
function tolerant(key: string, schema: ResourceSchema): Path | undefined {
  try {
    return parsePath(key, schema);
  } catch (error) {
    if (error instanceof CarillonError) return undefined;
    throw error;
  }
}

/**
 * Gives an operation's changes. Without a path the value's members are the places: plain, dotted (`name.givenName`),
 * or with a URN; unknown, ignored and read-only ones are left out.
 * @throws scim.invalidPath for a path that the schema lacks, scim.mutability for a read-only one, scim.noTarget,
 * scim.invalidSyntax
 */
export function changes({ op, path: named, value }: Operation, schema: ResourceSchema): Change[] {
  if (named !== undefined) {
    const path = parsePath(named, schema);
    const { mutability, name } = path.steps[0];
    if (mutability === 'readOnly') throw scimError('scim.mutability', { field: name, values: { field: name } });
    return mutability === 'ignored' ? [] : [{ op, path, value, named, explicit: true }];
  }
  if (op === 'remove') throw scimError('scim.noTarget', { values: { reason: '"remove" needs a path' } });
  if (!isObject(value)) throw badSyntax('an operation without a path needs an object as its value');
  return Object.entries(value).flatMap(([key, each]) => {
    // The core schema's URN may hold its attributes, as an extension's does.
    const own = key.toLowerCase() === schema.urn.toLowerCase() && isObject(each) ? Object.entries(each) : undefined;
    return (own ?? [[key, each] as const]).flatMap(([name, part]) => {
      const inner = tolerant(name, schema);
      if (inner?.steps[0].mutability !== 'readWrite') return [];
      return [{ op, path: inner, value: part, named: name, explicit: false }];
    });
  });
}
