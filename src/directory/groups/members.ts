import { markAccountChanged } from '../../accounts/accounts/changed.ts';
import { clock } from '../../platform/clock/clock.ts';
import { chunks, chunkSize } from '../../platform/database/chunks.ts';
import { lockRows } from '../../platform/database/lock.ts';
import { changed, firstRow, rows } from '../../platform/database/run.ts';
import { join, list, sql, type Sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Membership } from '../../users/entitlement/membership.entity.ts';
import { markChanged, putOutWithoutRight } from '../../users/lifecycle/out.ts';
import { directoryErrors } from '../errors.ts';
import { Moved } from './moved.ts';
import type { DirectoryScope } from './scope.ts';

type Member = Pick<Membership, 'memberId' | 'memberType'>;

/** A change of a group's members, in the unit of work of whoever asks for it; gives who came and who went. */
type Change = (
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  groupId: string,
  ids: readonly string[],
) => Promise<Moved>;

/**
 * Adds members, in one statement a chunk; those who are in already stay as they are.
 * @throws group.memberUnknown when an id is not of this connection, group.tooManyNested; nothing is added then
 */
export const addMembers: Change = async (ground, m, scope, groupId, ids) => {
  const members = await known(m, scope, ids);
  const added: Member[] = [];
  for (const some of chunks(members)) {
    const values = some.map(
      (member) => sql`(${groupId}, ${member.memberId}, ${member.memberType}, ${scope.accountId}, ${clock.now()})`,
    );
    added.push(
      ...(await changed<Member>(
        m,
        sql`INSERT INTO "group_members" ("groupId", "memberId", "memberType", "accountId", "addedAt")
            VALUES ${join(values, ', ')} ON CONFLICT DO NOTHING RETURNING "memberId", "memberType"`,
      )),
    );
  }
  if (added.some(({ memberType }) => memberType === 'Group')) await requireFewNested(m, scope);
  await tell(ground, m, scope, added);
  return new Moved().came(added);
};

/** Takes members out, by their ids; whoever loses the last right by it is out. Ids that are no members are passed over. */
export const removeMembers: Change = async (ground, m, scope, groupId, ids) => {
  const removed: Member[] = [];
  await lockRows(m, 'users', ids); // of two groups that somebody leaves at once, the second sees that it was the last
  for (const some of chunks(ids)) removed.push(...(await take(m, groupId, sql`"memberId" IN (${list(some)})`)));
  await review(ground, m, scope, removed);
  return new Moved().went(removed);
};

/** Takes every member out. */
export async function removeAllMembers(
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  groupId: string,
): Promise<Moved> {
  await ground.db.alone(scope.accountId); // who they are is known only when they are out
  const removed = await take(m, groupId, sql`TRUE`);
  await review(ground, m, scope, removed);
  return new Moved().went(removed);
}

/** Makes exactly these the members. @throws group.memberUnknown, group.tooManyNested; nothing is changed then */
export const replaceMembers: Change = async (ground, m, scope, groupId, ids) => {
  const wanted = new Set(ids);
  const present = await rows<{ memberId: string }>(
    m,
    sql`SELECT "memberId" FROM "group_members" WHERE "groupId" = ${groupId}`,
  );
  const here = new Set(present.map(({ memberId }) => memberId));
  const missing = [...wanted].filter((id) => !here.has(id));
  const surplus = [...here].filter((id) => !wanted.has(id));
  const came = await addMembers(ground, m, scope, groupId, missing);
  return came.and(await removeMembers(ground, m, scope, groupId, surplus));
};

/** Whoever comes in by a group is looked for through all of them; directories nest a handful. */
const maxNested = 5_000;

/** The unit of work takes back what was added. @throws group.tooManyNested */
async function requireFewNested(m: Writer, scope: DirectoryScope): Promise<void> {
  const counted = await firstRow<{ n: number | string }>(
    m,
    sql`SELECT COUNT(*) AS "n" FROM "group_members" m JOIN "directory_groups" g ON g."id" = m."groupId"
        WHERE g."connectionId" = ${scope.connectionId} AND m."memberType" = 'Group'`,
  );
  if (Number(counted?.n ?? 0) > maxNested)
    throw directoryErrors('group.tooManyNested', { field: 'members', values: { limit: maxNested } });
}

async function known(m: Writer, scope: DirectoryScope, ids: readonly string[]): Promise<Member[]> {
  await lockRows(m, 'users', ids); // nobody of them is deleted meanwhile
  const found = new Map<string, Member>();
  for (const some of chunks([...new Set(ids)])) {
    const members = await rows<Member>(
      m,
      sql`SELECT "id" AS "memberId", 'User' AS "memberType" FROM "users"
          WHERE "connectionId" = ${scope.connectionId} AND "deletedAt" IS NULL AND "id" IN (${list(some)})
          UNION ALL
          SELECT "id", 'Group' FROM "directory_groups"
          WHERE "connectionId" = ${scope.connectionId} AND "id" IN (${list(some)})`,
    );
    for (const member of members) found.set(member.memberId, member);
    const unknown = some.find((id) => !found.has(id));
    if (unknown !== undefined) {
      throw directoryErrors('group.memberUnknown', { field: 'members', values: { value: unknown.slice(0, 64) } });
    }
  }
  return [...found.values()];
}

const take = (m: Writer, groupId: string, which: Sql): Promise<Member[]> =>
  changed<Member>(
    m,
    sql`DELETE FROM "group_members" WHERE "groupId" = ${groupId} AND ${which} RETURNING "memberId", "memberType"`,
  );

/** Few people are named one by one; many, or a nested group, are told as their whole account. */
const few = (members: readonly Member[]): boolean =>
  members.length <= chunkSize && members.every(({ memberType }) => memberType === 'User');

async function tell(ground: Ground, m: Writer, scope: DirectoryScope, members: readonly Member[]): Promise<void> {
  if (members.length === 0) return;
  if (few(members))
    await markChanged(
      ground,
      m,
      members.map(({ memberId }) => memberId),
    );
  else await markAccountChanged(ground, m, scope.accountId);
}

async function review(ground: Ground, m: Writer, scope: DirectoryScope, removed: readonly Member[]): Promise<void> {
  if (removed.length === 0) return;
  await tell(ground, m, scope, removed);
  const among = few(removed) ? sql`u."id" IN (${list(removed.map(({ memberId }) => memberId))})` : null;
  await putOutWithoutRight(ground, m, scope, 'group', among);
}
