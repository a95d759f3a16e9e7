import { markAccountChanged } from '../../accounts/accounts/changed.ts';
import { clock } from '../../platform/clock/clock.ts';
import { insertRow } from '../../platform/database/insert.ts';
import { changed, firstRow, later } from '../../platform/database/run.ts';
import { asRows, selectRow } from '../../platform/database/select.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { assignments } from '../../platform/database/update.ts';
import { newId } from '../../platform/ids/ids.ts';
import { fold } from '../../platform/text/fold.ts';
import type { Ground } from '../../trail/ground.ts';
import { type Group, GroupTable } from '../../users/entitlement/group.entity.ts';
import { TierMappingTable } from '../../users/entitlement/mapping.entity.ts';
import { MembershipTable } from '../../users/entitlement/membership.entity.ts';
import { touchGroupsOf } from '../../users/entitlement/touch-groups.ts';
import { directoryErrors } from '../errors.ts';
import { MemberChange } from './members.ts';
import type { DirectoryScope } from './scope.ts';

/**
 * A group as a directory names it; a mapping that waits for exactly this name takes the new group up. Not of LDAP, whose
 * groups are told by their ids: another one of the name is another one.
 */
export async function createGroup(
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  input: { displayName: string; externalId: string | null },
): Promise<Group> {
  await refuseTaken(m, scope, input.displayName, null);
  const { accountId, connectionId } = scope;
  const group = newGroup(scope, input);
  await insertRow(m, GroupTable, group);
  const waiting = await firstRow<{ id: string }>(
    m,
    sql`SELECT "id" FROM "tier_mappings" WHERE "connectionId" = ${connectionId} AND "groupId" IS NULL
        AND "groupName" = ${group.displayName} AND NOT EXISTS (SELECT 1 FROM "connections" c
          WHERE c."id" = ${connectionId} AND c."kind" = 'ldap') ORDER BY "createdAt" LIMIT 1`,
  );
  if (waiting) {
    await m.update(TierMappingTable, { id: waiting.id }, { groupId: group.id });
    await markAccountChanged(ground, m, accountId);
  }
  return group;
}

/** The row of a group that is new. */
export function newGroup(
  { organisationId, accountId, connectionId }: DirectoryScope,
  { displayName, externalId }: Pick<Group, 'displayName' | 'externalId'>,
): Group {
  const now = clock.now();
  return {
    id: newId(),
    organisationId,
    accountId,
    connectionId,
    displayName,
    displayNameKey: fold(displayName),
    externalId,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

/** Gives a group another name; its mapping, which holds its id, follows. */
export async function renameGroup(m: Writer, scope: DirectoryScope, group: Group, displayName: string): Promise<void> {
  await refuseTaken(m, scope, displayName, group.id);
  const changes = { displayName, displayNameKey: fold(displayName) };
  await later(m, sql`UPDATE "directory_groups" SET ${assignments(GroupTable, changes)} WHERE "id" = ${group.id}`);
  await later(m, sql`UPDATE "tier_mappings" SET "groupName" = ${displayName} WHERE "groupId" = ${group.id}`);
}

/** Counts a change of a group, for its `meta`. @returns the group as it is now */
export async function touchGroup(m: Writer, groupId: string): Promise<Group> {
  const touched = await changed<Group>(
    m,
    sql`UPDATE "directory_groups" SET "updatedAt" = ${clock.now()}, "version" = "version" + 1
        WHERE "id" = ${groupId} RETURNING *`,
  );
  return asRows(GroupTable, touched)[0]!;
}

/** `touchGroup`, of a group whose locked row is known to be this: nobody waits for an answer. */
export async function touchLocked(m: Writer, group: Group): Promise<Group> {
  const updatedAt = clock.now();
  await later(
    m,
    sql`UPDATE "directory_groups" SET "updatedAt" = ${updatedAt}, "version" = "version" + 1 WHERE "id" = ${group.id}`,
  );
  return { ...group, updatedAt, version: group.version + 1 };
}

/** A group goes; its mapping waits for one of the same name, and whoever came in by it alone is out. */
export async function deleteGroup(ground: Ground, m: Writer, scope: DirectoryScope, group: Group): Promise<void> {
  await ground.db.alone(scope.accountId);
  await m.update(TierMappingTable, { groupId: group.id }, { groupId: null });
  await touchGroupsOf(m, [group.id]);
  await m.delete(MembershipTable, { memberId: group.id });
  const members = new MemberChange(ground, m, scope, group.id);
  await members.clear();
  await m.delete(GroupTable, { id: group.id });
  await markAccountChanged(ground, m, scope.accountId);
  await members.judge();
}

/** @throws group.notFound, also for a group of another connection */
export async function requireGroup(on: Reader, scope: DirectoryScope, groupId: string): Promise<Group> {
  const group = await selectRow(on, GroupTable, sql`a."id" = ${groupId} AND a."connectionId" = ${scope.connectionId}`);
  if (!group) throw directoryErrors('group.notFound');
  return group;
}

async function refuseTaken(
  m: Writer,
  scope: DirectoryScope,
  displayName: string,
  except: string | null,
): Promise<void> {
  const taken = await firstRow(
    m,
    sql`SELECT 1 FROM "directory_groups" WHERE "connectionId" = ${scope.connectionId}
        AND "displayNameKey" = ${fold(displayName)} AND "id" <> ${except ?? ''}`,
  );
  if (taken) throw directoryErrors('group.nameTaken', { field: 'displayName', values: { value: displayName } });
}
