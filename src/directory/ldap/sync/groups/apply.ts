import { clock } from '../../../../platform/clock/clock.ts';
import { chunks } from '../../../../platform/database/chunks.ts';
import { insertRows } from '../../../../platform/database/insert.ts';
import { rows } from '../../../../platform/database/run.ts';
import { list, sql } from '../../../../platform/database/sql.ts';
import type { Writer } from '../../../../platform/database/unit.ts';
import type { Ground } from '../../../../trail/ground.ts';
import type { Group } from '../../../../users/entitlement/group.entity.ts';
import { deleteGroup } from '../../../groups/groups.ts';
import { addToMany, replaceMembers } from '../../../groups/members.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';
import { keepAbsent } from '../absences.ts';
import { approvedOf, heldByEntry, hold, holdNobody, mustWait } from '../guard.ts';
import { DirectoryEntryTable } from '../state/entry.entity.ts';
import { asDirectory } from '../unit.ts';
import { grantedPeople } from './granted.ts';
import { groupsOf, type MemberChange, planOf } from './plan.ts';
import { goneGroups, storeGroups } from './store.ts';
import { mappedGuids } from './walk.ts';

/** What a directory says of one of its groups. */
export interface DirectoryGroup {
  /** objectGUID or entryUUID, as text. */
  guid: string;
  dn: string;
  name: string;
  /** The guids of its direct members, the primary group's among them, of whom the directory gave any. */
  members: string[];
}

/** Members that one unit puts in: soon done, so that nobody's sign-in waits for it. */
const membersAtOnce = 2_000;

/** The reason to undo a unit: these people would lose their right because members were not returned. */
class TooMany extends Error {
  readonly going: string[];
  constructor(going: string[]) {
    super('too many people would go');
    this.going = going;
  }
}

/**
 * Makes the members of these groups what the directory says. What only adds is written a batch at a time; what takes
 * anything away is one unit of work: whoever loses the last right by it is out with its commit, unless they are so many
 * that the guard holds them: then only what is added counts. What is as it was is not written.
 * @param whole null unless these are all groups that matter; then the guids of those that were here when the read began:
 * whichever of them it did not give is gone, and one that an administrator has added meanwhile is not
 */
export async function applyGroups(
  ground: Ground,
  scope: DirectoryScope,
  groups: readonly DirectoryGroup[],
  whole: ReadonlySet<string> | null,
): Promise<void> {
  await storeGroups(ground, scope, groups);
  const stored = new Map((await groupsOf(ground.db.read, scope)).map((group) => [group.externalId ?? '', group]));
  const changes = await planOf(ground.db.read, scope, groups, stored);
  const here = new Set(groups.map(({ guid }) => guid));
  const mapped = new Set(await mappedGuids(ground.db.read, scope));
  const gone = await goneGroups(ground.db.read, scope);
  const missing = [...stored].filter(([guid]) => whole?.has(guid) && !here.has(guid) && !gone.has(guid));
  const others = missing.map(([guid, group]) => ({ group, isMapped: mapped.has(guid) }));
  for (const guid of gone) {
    const group = stored.get(guid);
    if (group && whole?.has(guid) && !here.has(guid) && !mapped.has(guid)) others.push({ group, isMapped: false });
  }
  // A group that was changed says itself whom it has no more; of all groups that have nobody, nothing may have come.
  const returned = whole === null ? Infinity : peopleIn(groups);
  if (others.length === 0 && changes.every(({ surplus }) => surplus === 0)) await add(ground, scope, changes);
  else if (!(await change(ground, scope, changes, others, whole !== null, returned))) return;
  if (whole) await holdNobody(ground, scope, 'member');
}

/** A group that is gone, and whether an administrator gave it a tier. */
interface Gone {
  group: Group;
  isMapped: boolean;
}

function peopleIn(groups: readonly DirectoryGroup[]): number {
  const nested = new Set(groups.map(({ guid }) => guid));
  return groups.reduce((count, { members }) => count + members.filter((guid) => !nested.has(guid)).length, 0);
}

/** Each state on the way has a part of what the directory says, and nothing else. */
async function add(ground: Ground, scope: DirectoryScope, changes: readonly MemberChange[]): Promise<void> {
  const pairs = changes.flatMap(({ groupId, missing }) => missing.map((memberId) => ({ groupId, memberId })));
  for (const some of chunks(pairs, membersAtOnce)) {
    const groups = new Set(some.map(({ groupId }) => groupId)).size;
    await inOneUnit(ground, scope, groups, async (m) => {
      await addToMany(ground, m, scope, some);
      return 0;
    });
  }
}

/** @returns whether it went through: the guard may hold what takes away */
async function change(
  ground: Ground,
  scope: DirectoryScope,
  changes: readonly MemberChange[],
  others: readonly Gone[],
  whole: boolean,
  returned: number,
): Promise<boolean> {
  try {
    await inOneUnit(ground, scope, changes.length, async (m) => {
      const before = await grantedPeople(m, scope);
      for (const { groupId, members } of changes) await replaceMembers(ground, m, scope, groupId, members);
      await drop(ground, m, scope, others);
      const after = await grantedPeople(m, scope);
      const going = [...before].filter((id) => !after.has(id));
      // Other members tell no more than none at all when all who had a tier are missing.
      const isEverybody = whole && before.size > 1 && going.length === before.size;
      const given = isEverybody ? 0 : returned;
      if (await mustWait(m, scope, { userIds: going, granted: before, returned: given })) throw new TooMany(going);
      // A read that does not give their entries does not give their memberships either: they wait already.
      const waiting = whole ? await heldByEntry(m, scope) : new Set();
      if (going.some((id) => waiting.has(id))) throw new TooMany(going);
      const approved = going.length === 0 ? new Set() : await approvedOf(m, scope);
      await keepAbsent(
        m,
        scope,
        going.filter((id) => !approved.has(id)),
        before,
      );
      return going.length;
    });
    return true;
  } catch (error) {
    if (!(error instanceof TooMany)) throw error;
    await hold(ground, scope, 'member', error.going, whole);
    await add(
      ground,
      scope,
      changes.filter(({ missing }) => missing.length > 0),
    );
    return false;
  }
}

async function inOneUnit(
  ground: Ground,
  scope: DirectoryScope,
  groups: number,
  unit: (m: Writer) => Promise<number>,
): Promise<void> {
  const action = { eventName: 'SyncDirectoryGroups', requestParameters: { groups } };
  await asDirectory(ground, scope, action, async (m) => {
    const lost = await unit(m);
    return { result: undefined, responseElements: { peopleWithoutGroup: lost } };
  });
}

/**
 * Groups that no group with a tier leads to any more, or that the directory has no more. One with a tier stays, empty,
 * under its guid: it is asked for again, and nobody else comes by its name.
 */
async function drop(ground: Ground, m: Writer, scope: DirectoryScope, others: readonly Gone[]): Promise<void> {
  const stay = others.flatMap(({ group, isMapped }) => (isMapped ? group.id : []));
  for (const id of stay) await replaceMembers(ground, m, scope, id, []);
  const go = others.flatMap(({ group, isMapped }) => (isMapped ? [] : group));
  for (const group of go) await deleteGroup(ground, m, scope, group);
  const { organisationId, accountId, connectionId: directoryId } = scope;
  const directory = sql`"directoryId" = ${directoryId}`;
  // One that was added and never read has no entry yet.
  const nothing = { expiresAt: null, problem: null, label: null, domain: null, dnHash: '', contentHash: '' };
  const named = others.flatMap(({ group: { id, externalId }, isMapped }) =>
    isMapped && externalId !== null ? [{ guid: externalId, localId: id }] : [],
  );
  const known = { directoryId, organisationId, accountId, kind: 'group' as const, goneAt: clock.now(), ...nothing };
  await insertRows(
    m,
    DirectoryEntryTable,
    named.map((one) => ({ ...known, ...one })),
    'pass over',
  );
  for (const some of chunks(stay)) {
    const entries = sql`${directory} AND "localId" IN (${list(some)})`;
    await rows(m, sql`UPDATE "directory_entries" SET "goneAt" = ${clock.now()} WHERE ${entries}`);
  }
  for (const some of chunks(go.map(({ id }) => id))) {
    await rows(m, sql`DELETE FROM "directory_entries" WHERE ${directory} AND "localId" IN (${list(some)})`);
  }
}
