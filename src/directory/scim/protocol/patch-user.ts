import type { Attribute } from './attributes.ts';
import { userSchema } from './attributes.ts';
import { badValue, scimError } from './errors.ts';
import { fold } from '../../../platform/text/fold.ts';
import { changes, createPaths } from './patch.ts';
import type { Change, Operation } from './patch.ts';
import { changeElements } from './patch-elements.ts';
import type { Path } from './path.ts';
import { fromRecord, requireBoundedProfile, toRecord } from './user.ts';
import type { UserInput } from './user.ts';
import { asComplex, copyOf, isObject, plain, readValue } from './values.ts';
import type { Complex, Fold } from './values.ts';

/** Sets, merges or removes a single-valued attribute of `holder`. */
function changeSingle(holder: Complex, attribute: Attribute, { op, value, named }: Change): void {
  const { name } = attribute;
  if (op === 'remove' || value === null) {
    if (op === 'add') return;
    if (attribute.required) throw scimError('scim.mutability', { field: name, values: { field: name } });
    delete holder[name];
    return;
  }
  if (value === undefined) throw badValue(named, 'it is missing');
  const read = readValue(attribute, plain(attribute, value), named);
  // RFC 7644 §3.5.2.3: sub-attributes that are not given stay.
  const [before, part] = [asComplex(holder[name]), asComplex(read)];
  if (before && part) holder[name] = { ...before, ...part };
  else if (read !== undefined) holder[name] = read;
  else if (attribute.required) throw badValue(named, 'it must not be empty');
  else if (op === 'replace' && !isObject(value)) delete holder[name];
}

/** Removes what a client unassigned by a null within a complex value. */
function unassign(holder: Complex, attribute: Attribute, value: unknown): void {
  const target = asComplex(holder[attribute.name]);
  if (!target || !isObject(value)) return;
  for (const [key, part] of Object.entries(value)) {
    const sub = attribute.sub.get(key.toLowerCase());
    if (sub && (part === null || part === '')) delete target[sub.name];
    else if (sub) unassign(target, sub, part);
  }
  if (Object.keys(target).length === 0) delete holder[attribute.name];
}

/** Goes down to the last step, and leaves no empty object behind. */
function descend(holder: Complex, steps: Path['steps'], change: Change): void {
  const [attribute, next, ...below] = steps;
  if (!next) {
    changeSingle(holder, attribute, change);
    if (change.op === 'replace') unassign(holder, attribute, change.value);
    return;
  }
  const inner = asComplex(holder[attribute.name]) ?? {};
  descend(inner, [next, ...below], change);
  if (Object.keys(inner).length) holder[attribute.name] = inner;
  else delete holder[attribute.name];
}

/** Bounds, twins, one primary: what holds of a list as a whole. */
function readAgain(record: Complex, list: Attribute): void {
  const read = readValue(list, record[list.name]);
  if (read === undefined) delete record[list.name];
  else record[list.name] = read;
}

/** Folds each value once, however many operations compare it. */
function rememberingFold(): Fold {
  const known = new Map<string, string>();
  return (text) => {
    const folded = known.get(text) ?? fold(text);
    known.set(text, folded);
    return folded;
  };
}

/** Operations in one PATCH of a user; directories send as many as there are attributes at most. */
export const maxUserOperations = 100;

/**
 * Applies a PATCH to a user, all of it or nothing; `stored` stays as it is. Read-only and ignored attributes, and
 * unknown ones in values without a path, change nothing. An element that a path's filter describes but that is not
 * there yet is made. Lists are read as a whole once, when all operations are done.
 * @throws scim.invalidPath, scim.invalidFilter, scim.tooMany, scim.invalidValue, scim.noTarget, scim.mutability, scim.invalidSyntax
 */
export function patchUser(stored: UserInput, operations: readonly Operation[]): UserInput {
  const record = copyOf(toRecord(stored));
  const [paths, folded] = [createPaths(userSchema), rememberingFold()];
  const lists = new Set<Attribute>();
  for (const change of operations.flatMap((operation) => changes(operation, userSchema, paths))) {
    const [attribute] = change.path.steps;
    if (attribute.multiValued) {
      lists.add(attribute);
      changeElements(record, change, folded);
    } else descend(record, change.path.steps, change);
  }
  for (const list of lists) readAgain(record, list);
  const patched = fromRecord(record);
  requireBoundedProfile(patched.profile, stored.profile);
  return patched;
}
