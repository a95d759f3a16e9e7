import { chunkSize } from '../../../platform/database/chunks.ts';
import { lockRows } from '../../../platform/database/lock.ts';
import { engineOf, later } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Writer } from '../../../platform/database/unit.ts';
import type { Group } from '../../../users/entitlement/group.entity.ts';
import { createGroup, deleteGroup, renameGroup, touchGroup, touchLocked } from '../../groups/groups.ts';
import { addMembers, MemberChange } from '../../groups/members.ts';
import { requireVersion } from '../http/conditions.ts';
import { perform } from '../http/perform.ts';
import type { ScimReply, ScimRequest } from '../http/request.ts';
import { groupChange } from '../inspector/change.ts';
import type { Asking } from '../http/stored.ts';
import { groupSchema } from '../protocol/attributes.ts';
import { readGroup } from '../protocol/group.ts';
import { type GroupChange, groupOperations } from '../protocol/patch-group.ts';
import { withoutOwnId } from '../protocol/own-id.ts';
import { readPatch } from '../protocol/patch.ts';
import { membersWho } from './filter.ts';
import { presentGroups, requireStored, versionOf } from './stored.ts';

type Member = { value: string };
const ids = (members: readonly Member[]): string[] => members.map(({ value }) => value);

/** POST /Groups: a group that the directory pushes for the first time (RFC 7644 §3.3). */
export async function create(request: ScimRequest): Promise<ScimReply> {
  const { ground, scope, base } = request;
  const input = readGroup(await request.body());
  const members = ids(input.members ?? []);
  const requestParameters = { displayName: input.displayName, members: members.length };
  const group = await perform(request, 'CreateDirectoryGroup', requestParameters, async (m) => {
    const created = await createGroup(ground, m, scope, input);
    const moved = await addMembers(ground, m, scope, created.id, members);
    const changed = groupChange(created.id, null, created, moved);
    return { result: created, responseElements: { groupId: created.id }, changed };
  });
  const reply = await shown(request, group);
  return { ...reply, status: 201, location: `${base}/Groups/${group.id}` };
}

/** PUT /Groups/{id}: name and members anew; a body without `members` leaves them as they are. */
export async function replace(request: ScimRequest, id: string): Promise<ScimReply> {
  const { displayName, externalId, members } = readGroup(await request.body());
  const changes: GroupChange[] = [{ kind: 'rename', displayName }];
  if (externalId !== null) changes.push({ kind: 'externalId', value: externalId });
  if (members) changes.push({ kind: 'replaceMembers', members });
  return shown(request, await changeStored(request, id, changes));
}

/**
 * PATCH /Groups/{id}: all operations, or none; answered without a body, so that no group is loaded for it, unless the
 * client says which attributes it wants to see (RFC 7644 §3.5.2).
 */
export async function patch(request: ScimRequest, id: string): Promise<ScimReply> {
  const operations = withoutOwnId(readPatch(await request.body()), id, groupSchema);
  const group = await changeStored(request, id, groupOperations(operations));
  if (request.projection.attributes !== undefined) return shown(request, group);
  return { status: 204, etag: versionOf(group) };
}

/** DELETE /Groups/{id} (RFC 7644 §3.6). */
export async function remove(request: ScimRequest, id: string): Promise<ScimReply> {
  const { ground, scope } = request;
  await perform(request, 'DeleteDirectoryGroup', { groupId: id }, async (m) => {
    await lockRows(m, 'directory_groups', [id]);
    const group = await requireStored(m, scope, id);
    requireVersion(request.conditions, () => versionOf(group));
    await deleteGroup(ground, m, scope, group);
    const changed = groupChange(group.id, group, null);
    return { result: undefined, responseElements: { displayName: group.displayName }, changed };
  });
  return { status: 204 };
}

function changeStored(request: ScimRequest, id: string, changes: readonly GroupChange[]): Promise<Group> {
  const { scope } = request;
  const requestParameters = { groupId: id, changes: summaries(changes) };
  return perform(request, 'UpdateDirectoryGroup', requestParameters, async (m) => {
    await lockRows(m, 'directory_groups', [id]);
    const members = new MemberChange(request.ground, m, scope, id);
    const asking = { engine: engineOf(m), base: request.base, scope };
    // Others who change this group wait until this unit ends, so it says in one turn what it can: which few come or go
    // does not depend on the group's row. That it is there, and of this version, is judged first, and undoes the rest.
    const early = isOfMembers(changes[0]) && idsOf(changes[0]).length <= chunkSize ? changes[0] : null;
    const [stored, begun] = await Promise.allSettled([
      requireStored(m, scope, id),
      early && applyToMembers(members, early),
    ]);
    if (stored.status === 'rejected') throw stored.reason;
    const group = stored.value;
    requireVersion(request.conditions, () => versionOf(group));
    if (begun.status === 'rejected') throw begun.reason;
    for (const each of early ? changes.slice(1) : changes) await apply(asking, m, group, members, each);
    const isOther = members.moved.added + members.moved.removed > 0 || changes.some((each) => saysAnew(group, each));
    const touch = (): Promise<Group> => (changes.every(isOfMembers) ? touchLocked(m, group) : touchGroup(m, id));
    // In one turn: neither needs the other's answer. What is stored already is no change (RFC 7644 §3.5.2.1).
    const [now] = await Promise.all([isOther ? touch() : group, members.settle()]);
    const changed = groupChange(id, group, now, members.moved);
    return { result: now, responseElements: { displayName: now.displayName }, changed };
  });
}

type OfMembers = Extract<GroupChange, { kind: 'addMembers' | 'removeMembers' }>;

const isOfMembers = (each: GroupChange | undefined): each is OfMembers =>
  each?.kind === 'addMembers' || each?.kind === 'removeMembers';

const idsOf = (each: OfMembers): readonly string[] => (each.kind === 'addMembers' ? ids(each.members) : each.ids);

const applyToMembers = (members: MemberChange, each: OfMembers): Promise<void> =>
  each.kind === 'addMembers' ? members.add(idsOf(each)) : members.remove(each.ids, each.type);

/** Whether a group is called otherwise by a change. */
const saysAnew = ({ displayName, externalId }: Group, each: GroupChange): boolean =>
  each.kind === 'rename' ? each.displayName !== displayName : each.kind === 'externalId' && each.value !== externalId;

async function apply(asking: Asking, m: Writer, group: Group, members: MemberChange, each: GroupChange): Promise<void> {
  switch (each.kind) {
    case 'rename':
      return renameGroup(m, asking.scope, group, each.displayName);
    case 'externalId':
      return later(m, sql`UPDATE "directory_groups" SET "externalId" = ${each.value} WHERE "id" = ${group.id}`);
    case 'addMembers':
    case 'removeMembers':
      return applyToMembers(members, each);
    case 'removeMatching':
      return members.removeFound(membersWho(asking, group.id, each.filter));
    case 'replaceMembers':
      return members.replace(ids(each.members));
    case 'removeAllMembers':
      return members.clear();
  }
}

/** Changes of one PATCH that the trail names; the record stays small whatever was sent. */
const maxSummaries = 20;

function summaries(changes: readonly GroupChange[]): string[] {
  const named = changes.slice(0, maxSummaries).map(summary);
  return changes.length > maxSummaries ? [...named, `and ${changes.length - maxSummaries} more`] : named;
}

/** How a change stands in the trail: who came and went by id, as long as they are few. */
function summary(each: GroupChange): string {
  const named = 20;
  if (each.kind === 'rename') return `rename to ${each.displayName}`;
  if (each.kind === 'externalId' || each.kind === 'removeAllMembers' || each.kind === 'removeMatching')
    return each.kind;
  const who = each.kind === 'removeMembers' ? each.ids : ids(each.members);
  return `${each.kind} ${who.length <= named ? who.join(' ') : `(${who.length})`}`.slice(0, 1_000);
}

async function shown({ ground, base, projection }: ScimRequest, group: Group): Promise<ScimReply> {
  const [body] = await presentGroups(ground.db.read, [group], base, projection);
  return { status: 200, body: body! };
}
