import { chunks } from '../../../../platform/database/chunks.ts';
import { insertRows } from '../../../../platform/database/insert.ts';
import { rows } from '../../../../platform/database/run.ts';
import { list, sql } from '../../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../../platform/database/unit.ts';
import type { Ground } from '../../../../trail/ground.ts';
import { grantedGroups } from '../../../../users/entitlement/granted.ts';
import { type Group, GroupTable } from '../../../../users/entitlement/group.entity.ts';
import { deleteGroup } from '../../../groups/groups.ts';
import { addMembers, replaceMembers } from '../../../groups/members.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';
import { storeGroup } from '../../groups/store.ts';
import { asDirectory } from '../unit.ts';
import { hold, holdNobody, mustWait } from '../guard.ts';
import { dnHashOf } from '../people/person.ts';
import { type DirectoryEntry, DirectoryEntryTable } from '../state/entry.entity.ts';

/** What a directory says of one of its groups. */
export interface DirectoryGroup {
  /** objectGUID or entryUUID, as text. */
  guid: string;
  dn: string;
  name: string;
  /** The guids of its direct members, the primary group's among them, of whom the directory gave any. */
  members: string[];
}

/** The reason to undo a unit: these people would lose their right because members were not returned. */
class TooMany extends Error {
  readonly going: string[];
  constructor(going: string[]) {
    super('too many people would go');
    this.going = going;
  }
}

/**
 * Makes the members of these groups what the directory says, all in one unit of work. Whoever loses the last right by
 * it is out with its commit, unless they are so many that the guard holds them: then only what is added counts.
 * @param whole these are all groups that matter: any other one is gone
 */
export async function applyGroups(
  ground: Ground,
  scope: DirectoryScope,
  groups: readonly DirectoryGroup[],
  whole: boolean,
): Promise<void> {
  if (groups.length === 0 && !whole) return;
  if (!(await differs(ground.db.read, scope, groups, whole))) {
    if (whole) await holdNobody(ground, scope, 'member');
    return;
  }
  try {
    await inOneUnit(ground, scope, groups, async (m, stored) => {
      const before = await grantedPeople(m, scope);
      for (const { guid, members } of groups) {
        await replaceMembers(ground, m, scope, stored.get(guid)!.id, await localIds(m, scope, members));
      }
      if (whole) await dropOthers(ground, m, scope, groups);
      const after = await grantedPeople(m, scope);
      const going = [...before].filter((id) => !after.has(id));
      if (await mustWait(m, scope, going, Infinity)) throw new TooMany(going);
      return going.length;
    });
    if (whole) await holdNobody(ground, scope, 'member');
  } catch (error) {
    if (!(error instanceof TooMany)) throw error;
    await hold(ground, scope, 'member', error.going, whole);
    await inOneUnit(ground, scope, groups, async (m, stored) => {
      for (const { guid, members } of groups) {
        await addMembers(ground, m, scope, stored.get(guid)!.id, await localIds(m, scope, members));
      }
      return 0;
    });
  }
}

async function inOneUnit(
  ground: Ground,
  scope: DirectoryScope,
  groups: readonly DirectoryGroup[],
  unit: (m: Writer, stored: ReadonlyMap<string, Group>) => Promise<number>,
): Promise<void> {
  const action = { eventName: 'SyncDirectoryGroups', requestParameters: { groups: groups.length } };
  await asDirectory(ground, scope, action, async (m) => {
    const stored = await storeGroups(ground, m, scope, groups);
    const lost = await unit(m, stored);
    return { result: undefined, responseElements: { peopleWithoutGroup: lost } };
  });
}

/** The members that are known here, by their guids: people, and groups. */
async function localIds(on: Reader, { connectionId }: DirectoryScope, guids: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const some of chunks(guids)) {
    const known = await rows<{ id: string }>(
      on,
      sql`SELECT "id" FROM "users" WHERE "connectionId" = ${connectionId} AND "deletedAt" IS NULL
          AND "externalId" IN (${list(some)})
          UNION ALL SELECT "id" FROM "directory_groups" WHERE "connectionId" = ${connectionId}
          AND "externalId" IN (${list(some)})`,
    );
    found.push(...known.map(({ id }) => id));
  }
  return found;
}

/** Who has a tier by a group at the moment, and to whom nobody says no: the others have nothing to lose. */
async function grantedPeople(on: Reader, { accountId }: DirectoryScope): Promise<Set<string>> {
  const found = await rows<{ id: string }>(
    on,
    sql`WITH ${await grantedGroups(on, accountId)}
        SELECT DISTINCT m."memberId" AS "id" FROM "group_members" m JOIN "granted" g ON g."groupId" = m."groupId"
        WHERE m."memberType" = 'User'
        AND NOT EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = m."memberId")`,
  );
  return new Set(found.map(({ id }) => id));
}

const groupsOf = (on: Reader, { connectionId }: DirectoryScope): Promise<Group[]> =>
  on.findBy(GroupTable, { connectionId });

/** Whether anything is to be written: a read that found everything as it was leaves no record. */
async function differs(
  on: Reader,
  scope: DirectoryScope,
  groups: readonly DirectoryGroup[],
  whole: boolean,
): Promise<boolean> {
  const stored = new Map((await groupsOf(on, scope)).map((group) => [group.externalId, group]));
  if (whole && stored.size !== groups.length) return true;
  for (const { guid, name, members } of groups) {
    const group = stored.get(guid);
    if (!group || (group.displayName !== name && !isTaken(stored.values(), name, group.id))) return true;
    const wanted = new Set(await localIds(on, scope, members));
    const present = await rows<{ memberId: string }>(
      on,
      sql`SELECT "memberId" FROM "group_members" WHERE "groupId" = ${group.id}`,
    );
    if (present.length !== wanted.size || present.some(({ memberId }) => !wanted.has(memberId))) return true;
  }
  return false;
}

const isTaken = (groups: Iterable<Group>, name: string, except: string): boolean =>
  [...groups].some(({ id, displayName }) => id !== except && displayName === name);

/** The groups as rows, and as entries, by whose DNs they are found as members. */
async function storeGroups(
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  groups: readonly DirectoryGroup[],
): Promise<Map<string, Group>> {
  const { organisationId, accountId, connectionId: directoryId } = scope;
  const stored = new Map<string, Group>();
  const entries: DirectoryEntry[] = [];
  for (const { guid, dn, name } of groups) {
    const group = await storeGroup(ground, m, scope, { id: guid, name, dn });
    stored.set(guid, group);
    const known = { directoryId, guid, organisationId, accountId, localId: group.id, dnHash: dnHashOf(dn) };
    const nothing = { expiresAt: null, goneAt: null, problem: null, label: null, domain: null };
    entries.push({ ...known, ...nothing, contentHash: '', kind: 'group' });
  }
  for (const some of chunks(entries)) {
    const guids = some.map(({ guid }) => guid);
    await rows(
      m,
      sql`DELETE FROM "directory_entries" WHERE "directoryId" = ${directoryId} AND "guid" IN (${list(guids)})`,
    );
  }
  await insertRows(m, DirectoryEntryTable, entries);
  return stored;
}

/** Groups that no group with a tier leads to any more, or that the directory has no more; their mappings wait. */
async function dropOthers(
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  groups: readonly DirectoryGroup[],
): Promise<void> {
  const here = new Set(groups.map(({ guid }) => guid));
  for (const group of await groupsOf(m, scope)) {
    if (here.has(group.externalId ?? '')) continue;
    await deleteGroup(ground, m, scope, group);
    await m.delete(DirectoryEntryTable, { directoryId: scope.connectionId, localId: group.id });
  }
}
