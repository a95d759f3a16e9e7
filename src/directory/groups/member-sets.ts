import { clock } from '../../platform/clock/clock.ts';
import { changed, firstRow, rows } from '../../platform/database/run.ts';
import { isOneOf, sql, type Sql, tableOf } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Membership } from '../../users/entitlement/membership.entity.ts';
import { directoryErrors } from '../errors.ts';
import type { DirectoryScope } from './scope.ts';

export type Member = Pick<Membership, 'memberId' | 'memberType'>;

/**
 * How many members one statement changes. SQLite runs it in this process: so many take some 10 ms, and the next
 * statement waits until others had their turn (decision 0021).
 */
export const sliceSize = 1_000;

/** Of these ids what a connection has pushed: people who were not deleted, and groups. */
const pushed = ({ connectionId }: DirectoryScope, ids: readonly string[]): Sql => sql`
  SELECT "id" AS "memberId", 'User' AS "memberType" FROM "users"
  WHERE "connectionId" = ${connectionId} AND "deletedAt" IS NULL AND "id" ${isOneOf(ids)}
  UNION ALL
  SELECT "id", 'Group' FROM "directory_groups" WHERE "connectionId" = ${connectionId} AND "id" ${isOneOf(ids)}`;

/**
 * Puts those into the group who are not in it. @returns who was put in
 * @throws group.memberUnknown when an id is not of this connection; the unit of work takes back the others
 */
export async function putIn(
  m: Writer,
  scope: DirectoryScope,
  groupId: string,
  ids: readonly string[],
): Promise<Member[]> {
  const came = await changed<Member>(
    m,
    sql`INSERT INTO "group_members" ("groupId", "memberId", "memberType", "accountId", "addedAt")
        SELECT CAST(${groupId} AS varchar(64)), k."memberId", k."memberType", CAST(${scope.accountId} AS varchar(64)),
          CAST(${clock.now()} AS bigint)
        FROM (${pushed(scope, ids)}) k WHERE TRUE
        ON CONFLICT DO NOTHING RETURNING "memberId", "memberType"`,
  );
  if (came.length === ids.length) return came;
  const found = await rows<Member>(m, pushed(scope, ids)); // some are in already, or nowhere
  const known = new Set(found.map(({ memberId }) => memberId));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown === undefined) return came;
  throw directoryErrors('group.memberUnknown', { field: 'members', values: { value: unknown.slice(0, 64) } });
}

/** One membership that shall be. */
export interface Pair {
  groupId: string;
  memberId: string;
}

/**
 * Puts members into several groups; those who are in already, or are nobody of this connection by now, are passed over.
 * @returns who was put in
 */
export async function putInMany(m: Writer, scope: DirectoryScope, pairs: readonly Pair[]): Promise<Member[]> {
  const { accountId, connectionId } = scope;
  const column = (name: keyof Pair) => ({ name, kind: 'text' as const, values: pairs.map((pair) => pair[name]) });
  // CROSS JOIN: SQLite goes through the pairs, and looks each member up.
  const wanted = sql`FROM (${tableOf([column('groupId'), column('memberId')])}) w`;
  return changed<Member>(
    m,
    sql`INSERT INTO "group_members" ("groupId", "memberId", "memberType", "accountId", "addedAt")
        SELECT k."groupId", k."memberId", k."memberType", CAST(${accountId} AS varchar(64)), CAST(${clock.now()} AS bigint)
        FROM (
          SELECT w."groupId", w."memberId", 'User' AS "memberType" ${wanted} CROSS JOIN "users" u
          WHERE u."id" = w."memberId" AND u."connectionId" = ${connectionId} AND u."deletedAt" IS NULL
          UNION ALL
          SELECT w."groupId", w."memberId", 'Group' ${wanted} CROSS JOIN "directory_groups" g
          WHERE g."id" = w."memberId" AND g."connectionId" = ${connectionId}
        ) k WHERE TRUE
        ON CONFLICT DO NOTHING RETURNING "memberId", "memberType"`,
  );
}

/** Takes those of the ids out of the group who are in it, and of this type. @returns who was taken out */
export const takeOut = (
  m: Writer,
  groupId: string,
  ids: readonly string[],
  type?: Member['memberType'],
): Promise<Member[]> =>
  changed<Member>(
    m,
    sql`DELETE FROM "group_members" WHERE "groupId" = ${groupId} AND "memberId" ${isOneOf(ids)}
        AND ${type ? sql`"memberType" = ${type}` : sql`TRUE`} RETURNING "memberId", "memberType"`,
  );

/**
 * Takes one slice of a group's members out, whoever they are. Its end is asked for first: as a part of the DELETE
 * PostgreSQL may look for it once a member, where it takes the group for a small one.
 * @returns them; fewer than a slice when nobody is left
 */
export async function takeSome(m: Writer, groupId: string): Promise<Member[]> {
  const end = await firstRow<{ memberId: string }>(
    m,
    sql`SELECT "memberId" FROM "group_members" WHERE "groupId" = ${groupId}
        ORDER BY "memberId" LIMIT 1 OFFSET ${sliceSize - 1}`,
  );
  const until = end ? sql`AND "memberId" <= ${end.memberId}` : sql``;
  return changed<Member>(
    m,
    sql`DELETE FROM "group_members" WHERE "groupId" = ${groupId} ${until} RETURNING "memberId", "memberType"`,
  );
}

/** A slice of the ids of a group's members, in order, after this one. */
export async function memberIdsAfter(m: Writer, groupId: string, after: string): Promise<string[]> {
  const found = await rows<{ memberId: string }>(
    m,
    sql`SELECT "memberId" FROM "group_members" WHERE "groupId" = ${groupId} AND "memberId" > ${after}
        ORDER BY "memberId" LIMIT ${sliceSize}`,
  );
  return found.map(({ memberId }) => memberId);
}

/** Of the members `m` whom a FROM finds those whose ids are in a slice: after the first of these two, up to the second. */
export async function memberIdsAmong(m: Writer, who: Sql, after: string, last: string): Promise<string[]> {
  const found = await rows<{ memberId: string }>(
    m,
    sql`SELECT m."memberId" FROM ${who} AND m."memberId" > ${after} AND m."memberId" <= ${last} ORDER BY m."memberId"`,
  );
  return found.map(({ memberId }) => memberId);
}

/** Whoever comes in by a group is looked for through all of them; directories nest a handful. */
const maxNested = 5_000;

/** The unit of work takes back what was added. @throws group.tooManyNested */
export async function requireFewNested(m: Writer, scope: DirectoryScope): Promise<void> {
  const counted = await firstRow<{ n: number | string }>(
    m,
    sql`SELECT COUNT(*) AS "n" FROM "group_members" WHERE "accountId" = ${scope.accountId} AND "memberType" = 'Group'`,
  );
  if (Number(counted?.n ?? 0) > maxNested)
    throw directoryErrors('group.tooManyNested', { field: 'members', values: { limit: maxNested } });
}
