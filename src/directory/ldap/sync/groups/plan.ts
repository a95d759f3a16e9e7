import { chunks } from '../../../../platform/database/chunks.ts';
import { rows } from '../../../../platform/database/run.ts';
import { isOneOf, sql } from '../../../../platform/database/sql.ts';
import type { Reader } from '../../../../platform/database/unit.ts';
import { type Group, GroupTable } from '../../../../users/entitlement/group.entity.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';
import type { DirectoryGroup } from './apply.ts';

/** What is to be done to the members of one group. */
export interface MemberChange {
  groupId: string;
  /** Who shall be its members, by their ids here. */
  members: string[];
  /** Those of them who are not. */
  missing: string[];
  /** How many are who shall not be. */
  surplus: number;
}

/** Groups whose members one statement reads. */
const groupsAtOnce = 50;

/** The groups that a directory has here. */
export const groupsOf = (on: Reader, { connectionId }: DirectoryScope): Promise<Group[]> =>
  on.findBy(GroupTable, { connectionId });

/** Compares what a directory says of its groups with what is here; only those that differ. */
export async function planOf(
  on: Reader,
  scope: DirectoryScope,
  groups: readonly DirectoryGroup[],
  stored: ReadonlyMap<string, Group>,
): Promise<MemberChange[]> {
  const ids = await idsOf(on, scope, groups, stored);
  const changes: MemberChange[] = [];
  for (const some of chunks(groups, groupsAtOnce)) {
    const found = await rows<{ groupId: string; memberId: string }>(
      on,
      sql`SELECT "groupId", "memberId" FROM "group_members"
          WHERE "groupId" ${isOneOf(some.map(({ guid }) => stored.get(guid)!.id))}`,
    );
    const present = Map.groupBy(found, ({ groupId }) => groupId);
    for (const { guid, members } of some) {
      const groupId = stored.get(guid)!.id;
      const wanted = new Set(members.flatMap((member) => ids.get(member) ?? []));
      const here = new Set(present.get(groupId)?.map(({ memberId }) => memberId));
      const missing = [...wanted].filter((id) => !here.has(id));
      const surplus = here.size - (wanted.size - missing.length);
      if (missing.length > 0 || surplus > 0) changes.push({ groupId, members: [...wanted], missing, surplus });
    }
  }
  return changes;
}

/** guid → id, of every member that is known here: people, and groups. */
async function idsOf(
  on: Reader,
  { connectionId }: DirectoryScope,
  groups: readonly DirectoryGroup[],
  stored: ReadonlyMap<string, Group>,
): Promise<Map<string, string>> {
  const ids = new Map([...stored].map(([guid, { id }]) => [guid, id]));
  const people = [...new Set(groups.flatMap(({ members }) => members))].filter((guid) => !ids.has(guid));
  for (const some of chunks(people)) {
    const found = await rows<{ id: string; externalId: string }>(
      on,
      sql`SELECT "id", "externalId" FROM "users" WHERE "connectionId" = ${connectionId} AND "deletedAt" IS NULL
          AND "externalId" ${isOneOf(some)}`,
    );
    for (const { id, externalId } of found) ids.set(externalId, id);
  }
  return ids;
}
