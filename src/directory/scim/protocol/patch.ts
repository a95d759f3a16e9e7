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

/** A group's PATCH can name each member in an operation of its own. */
const maxOperations = 1000;
/** Values without a path hold this many names an operation, one with another; directories send one such value. */
const namesPerOperation = 2;

/** Reads a path once for all operations that name it. */
export type Paths = (path: string) => Path;

/** @param schema of the resource that one PATCH is about */
export function createPaths(schema: ResourceSchema): Paths {
  const known = new Map<string, Path>();
  return (text) => {
    const path = known.get(text) ?? parsePath(text, schema);
    known.set(text, path);
    return path;
  };
}

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

/** A 413 for a PATCH. */
export const tooLarge = (limit: number, things: string) =>
  scimError('scim.tooLarge', { field: 'Operations', values: { limit, things } });

/** How many places a value without a path names, also within the core schema's URN. */
function namesIn({ path, value }: Operation): number {
  if (path !== undefined || !isObject(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, each]) => sum + (/^urn:/i.test(key) && isObject(each) ? Object.keys(each).length : 1),
    0,
  );
}

/**
 * Reads the body of PATCH (RFC 7644 §3.5.2); names and `op` in any case, as Entra sends them.
 * @param max how many operations there can be
 * @throws scim.invalidSyntax, scim.invalidPath, scim.tooLarge
 */
export function readPatch(body: unknown, max: number = maxOperations): Operation[] {
  const given = members(body);
  requireSchema(given, urn.patchOp);
  const operations = given.get('operations');
  if (!Array.isArray(operations) || operations.length === 0)
    throw badSyntax('"Operations" must be a list that is not empty');
  if (operations.length > max) throw tooLarge(max, 'operations');
  const read = operations.map(readOperation);
  const names = read.reduce((sum, operation) => sum + namesIn(operation), 0);
  if (names > max * namesPerOperation) throw tooLarge(max * namesPerOperation, 'names in values without a path');
  return read;
}

/** A member of a value without a path: what is unknown there is no mistake, as directories send more than is stored. */
function tolerant(key: string, paths: Paths): Path | undefined {
  try {
    return paths(key);
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
export function changes({ op, path: named, value }: Operation, schema: ResourceSchema, paths: Paths): Change[] {
  if (named !== undefined) {
    const path = paths(named);
    const readOnly = path.steps.find(({ mutability }) => mutability === 'readOnly');
    if (readOnly) throw scimError('scim.mutability', { field: readOnly.name, values: { field: readOnly.name } });
    return path.steps[0].mutability === 'ignored' ? [] : [{ op, path, value, named, explicit: true }];
  }
  if (op === 'remove') throw scimError('scim.noTarget', { values: { reason: '"remove" needs a path' } });
  if (!isObject(value)) throw badSyntax('an operation without a path needs an object as its value');
  return Object.entries(value).flatMap(([key, each]) => {
    // The core schema's URN may hold its attributes, as an extension's does.
    const own = key.toLowerCase() === schema.urn.toLowerCase() && isObject(each) ? Object.entries(each) : undefined;
    return (own ?? [[key, each] as const]).flatMap(([name, part]) => {
      const inner = tolerant(name, paths);
      if (!inner || inner.steps.some(({ mutability }) => mutability === 'readOnly' || mutability === 'ignored'))
        return [];
      return [{ op, path: inner, value: part, named: name, explicit: false }];
    });
  });
}
