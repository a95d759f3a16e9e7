import { groupMembers, groupSchema } from './attributes.ts';
import { badFilter, badValue, scimError } from './errors.ts';
import type { Filter } from './filter-tree.ts';
import { readDisplayName, readExternalId, readMembers } from './group.ts';
import type { Member } from './group.ts';
import { changes, createPaths, tooLarge } from './patch.ts';
import type { Change, Operation } from './patch.ts';
import { badPath } from './path.ts';

/** What a PATCH does to a group, as operations on rows: the group's members are never loaded. In order. */
export type GroupChange =
  | { kind: 'rename'; displayName: string }
  | { kind: 'externalId'; value: string | null }
  | { kind: 'addMembers'; members: Member[] }
  | { kind: 'removeMembers'; ids: string[] }
  | { kind: 'replaceMembers'; members: Member[] }
  | { kind: 'removeAllMembers' };

/**
 * The ids that `value eq "a" or value eq "b"` names; a `type` beside an id may stand, as an id has but one.
 * @throws scim.invalidFilter for any other filter
 */
function idsOf(filter: Filter): string[] {
  if (filter.op === 'or') return filter.filters.flatMap(idsOf);
  if (filter.op === 'and') {
    const rest = filter.filters.filter(
      (each) => !(each.op === 'compare' && each.by === 'eq' && each.attribute === 'type'),
    );
    if (rest.length === 1 && rest[0]) return idsOf(rest[0]);
  }
  if (filter.op === 'compare' && filter.by === 'eq' && filter.attribute === 'value' && typeof filter.value === 'string')
    return [filter.value];
  throw badFilter('members are chosen by value eq "id"');
}

function memberChange({ op, path, value, named, explicit }: Change): GroupChange[] {
  // RFC 7643 §4.2: what is within a member is immutable.
  if (path.steps.length > 1) throw scimError('scim.mutability', { field: named, values: { field: 'members' } });
  if (path.filter) {
    if (op !== 'remove') throw badPath(named);
    return [{ kind: 'removeMembers', ids: [...new Set(idsOf(path.filter))] }];
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
  const { op, value, explicit } = change;
  const { name } = change.path.steps[0];
  if (name === 'members') return memberChange(change);
  if (name === 'externalId') return [{ kind: 'externalId', value: op === 'remove' ? null : readExternalId(value) }];
  if (op === 'remove') throw scimError('scim.mutability', { field: name, values: { field: name } });
  if (!explicit && (value === null || value === undefined)) return [];
  return [{ kind: 'rename', displayName: readDisplayName(value) }];
}

/** Each is a statement of its own, and a look at who is still in; directories send one or two. */
const maxChanges = 200;
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
    else if (change.kind === 'removeMembers' && last?.kind === 'removeMembers')
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
 * @throws scim.invalidPath, scim.invalidFilter, scim.invalidValue, scim.mutability, scim.noTarget, scim.invalidSyntax,
 * scim.tooMany, scim.tooLarge beyond 200 changes or 100,000 members
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
  return result;
}
