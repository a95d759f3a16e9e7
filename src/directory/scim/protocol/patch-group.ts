import { groupMembers, groupSchema } from './attributes.ts';
import { badValue, scimError } from './errors.ts';
import type { Filter } from './filter-tree.ts';
import { readDisplayName, readExternalId, readMembers } from './group.ts';
import type { Member } from './group.ts';
import { changes, createPaths, tooLarge } from './patch.ts';
import type { Change, Operation } from './patch.ts';
import { badPath } from './path.ts';
import { plain } from './values.ts';

type MemberType = Member['type'];
const memberTypes = ['User', 'Group'] as const satisfies MemberType[];

/** What a PATCH does to a group, as operations on rows: the group's members are never loaded. In order. */
export type GroupChange =
  | { kind: 'rename'; displayName: string }
  | { kind: 'externalId'; value: string | null }
  | { kind: 'addMembers'; members: Member[] }
  | { kind: 'removeMembers'; ids: string[]; type?: MemberType }
  | { kind: 'removeMatching'; filter: Filter }
  | { kind: 'replaceMembers'; members: Member[] }
  | { kind: 'removeAllMembers' };

/** Somebody whom a filter names by id; with a type only if they are of it. */
interface Chosen {
  id: string;
  type?: MemberType;
}

/** Whom `value eq "a" or (value eq "b" and type eq "User")` names, in any order and depth; null for any other filter. */
function chosenBy(filter: Filter): Chosen[] | null {
  if (filter.op === 'or') {
    const parts = filter.filters.map(chosenBy);
    return parts.every((part) => part !== null) ? parts.flat() : null;
  }
  if (filter.op === 'and') {
    const types = filter.filters.flatMap(typeAsked);
    const [named, ...others] = filter.filters.filter((each) => typeAsked(each).length === 0);
    const chosen = named && others.length === 0 ? chosenBy(named) : null;
    return chosen && types.reduce(ofType, chosen);
  }
  const isId = filter.op === 'compare' && filter.by === 'eq' && filter.attribute === 'value';
  return isId && typeof filter.value === 'string' ? [{ id: filter.value }] : null;
}

/** The type that a comparison asks for, in small letters. */
const typeAsked = (filter: Filter): string[] =>
  filter.op === 'compare' && filter.by === 'eq' && filter.attribute === 'type' && typeof filter.value === 'string'
    ? [filter.value.toLowerCase()]
    : [];

/** Those of them who can be of a type too. */
function ofType(chosen: readonly Chosen[], asked: string): Chosen[] {
  const type = memberTypes.find((each) => each.toLowerCase() === asked);
  if (!type) return [];
  return chosen.filter((each) => (each.type ?? type) === type).map(({ id }) => ({ id, type }));
}

/** Whom a filter names by id goes by id, so that a run of them is one change; all others are looked for. */
function removals(filter: Filter): GroupChange[] {
  const chosen = chosenBy(filter);
  if (!chosen) return [{ kind: 'removeMatching', filter }];
  return [undefined, ...memberTypes].flatMap((type) => {
    const ids = [...new Set(chosen.filter((each) => each.type === type).map(({ id }) => id))];
    return ids.length === 0 ? [] : [{ kind: 'removeMembers' as const, ids, ...(type && { type }) }];
  });
}

function memberChange({ op, path, value, named, explicit }: Change): GroupChange[] {
  // RFC 7643 §4.2: what is within a member is immutable.
  if (path.steps.length > 1) throw scimError('scim.mutability', { field: named, values: { field: 'members' } });
  if (path.filter) {
    if (op !== 'remove') throw badPath(named);
    return removals(path.filter);
  }
  if (op === 'remove') {
    if (value === undefined || value === null) return [{ kind: 'removeAllMembers' }];
    return [{ kind: 'removeMembers', ids: readMembers(value).map((member) => member.value) }];
  }
  if (value === undefined || value === null) {
    // Nothing said is never taken for "nobody": a group is emptied by [] or by remove.
    if (explicit) throw badValue('members', 'a list is expected');
    return [];
  }
  return [{ kind: op === 'add' ? 'addMembers' : 'replaceMembers', members: readMembers(value) }];
}

function groupChange(change: Change): GroupChange[] {
  const { op, explicit } = change;
  const [attribute] = change.path.steps;
  const { name } = attribute;
  if (name === 'members') return memberChange(change);
  const value = plain(attribute, change.value);
  if (name === 'externalId') return [{ kind: 'externalId', value: op === 'remove' ? null : readExternalId(value) }];
  if (op === 'remove') throw scimError('scim.mutability', { field: name, values: { field: name } });
  if (!explicit && (value === null || value === undefined)) return [];
  return [{ kind: 'rename', displayName: readDisplayName(value) }];
}

/** Each is a statement of its own, and a look at who is still in; directories send one or two. */
const maxChanges = 200;
/** Each looks at every member of the group. */
const maxLooks = 10;
/** As many as one list can have. */
const maxNamed = groupMembers.max;

const named = (change: GroupChange): number =>
  'members' in change ? change.members.length : 'ids' in change ? change.ids.length : 0;

/** Joins a run of additions, or of removals, into one; drops those of nobody. */
function joined(all: readonly GroupChange[]): GroupChange[] {
  const result: GroupChange[] = [];
  for (const change of all) {
    const last = result.at(-1);
    if (change.kind === 'addMembers' && last?.kind === 'addMembers')
      for (const member of change.members) last.members.push(member);
    else if (change.kind === 'removeMembers' && last?.kind === 'removeMembers' && change.type === last.type)
      for (const id of change.ids) last.ids.push(id);
    else if (change.kind === 'addMembers' && change.members.length === 0) continue;
    else if (change.kind === 'removeMembers' && change.ids.length === 0) continue;
    else result.push(change);
  }
  return result;
}

/**
 * Reads a group's PATCH in all forms that Okta, Entra and others send. `replace` with `[]` empties the group, and so
 * does `remove members` without filter and value (RFC 7644 §3.5.2.2); a value without `members` leaves them alone.
 * Whether a filter fits what members have is judged when it is compiled.
 * @throws scim.invalidPath, scim.invalidFilter, scim.invalidValue, scim.mutability, scim.noTarget, scim.invalidSyntax,
 * scim.tooMany, scim.tooLarge beyond 200 changes, 10 removals by a filter without ids, or 100,000 members
 */
export function groupOperations(operations: readonly Operation[]): GroupChange[] {
  const paths = createPaths(groupSchema);
  const all: GroupChange[] = [];
  let members = 0;
  for (const change of operations.flatMap((operation) => changes(operation, groupSchema, paths)))
    for (const each of groupChange(change)) {
      members += named(each);
      if (members > maxNamed) throw tooLarge(maxNamed, 'members');
      all.push(each);
    }
  const result = joined(all);
  if (result.length > maxChanges) throw tooLarge(maxChanges, 'changes, one after another');
  if (result.filter(({ kind }) => kind === 'removeMatching').length > maxLooks)
    throw tooLarge(maxLooks, 'removals by a filter that names no ids');
  return result;
}
