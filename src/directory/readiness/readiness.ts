import { breathe } from '../../platform/database/breathe.ts';
import { firstRow, rows } from '../../platform/database/run.ts';
import { sql, type Sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { grantedGroups } from '../../users/entitlement/granted.ts';
import type { User } from '../../users/user.entity.ts';
import type { DirectoryScope } from '../groups/scope.ts';

/** What keeps somebody from signing in by single sign-on; one can stand in several lists. */
export const readinessKinds = [
  /** Pushed and active, so in the application, but in no group that has a permission tier. */
  'noGroup',
  /** Deactivated by the directory, in such a group or in none. */
  'deactivated',
  /** In such a group, and suspended by an administrator. */
  'suspended',
  /** In such a group, with a primary address in no verified domain. */
  'domain',
  /** In such a group and free to come in, but has not signed in yet. */
  'neverSignedIn',
  /** In this account, but not among those whom the directory pushes. */
  'notPushed',
  /** A member of such a group by an id that is nobody's whom the directory pushed. */
  'unknownMember',
] as const;
export type ReadinessKind = (typeof readinessKinds)[number];

export type ReadinessCounts = Record<ReadinessKind | 'pushed' | 'ready', number>;

/** Somebody in one of the lists; of an unknown member only the id is known, and the group. */
export interface ReadinessLine {
  id: string;
  name: string;
  address: string | null;
}

/** People whom one statement looks at: on SQLite it runs in this process. */
const sliceSize = 2_000;

/** The people of a connection, and what is true of each: 1 or 0. */
const facts = (granted: Sql, { accountId, connectionId }: DirectoryScope, which: Sql): Sql => sql`
  SELECT u."id", u."displayName", u."userName", u."primaryAddress",
    CASE WHEN EXISTS (SELECT 1 FROM "group_members" m WHERE m."memberId" = u."id" AND m."memberType" = 'User'
      AND m."groupId" IN (${granted})) THEN 1 ELSE 0 END AS "in",
    CASE WHEN EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = u."id" AND c."cause" = 'directory')
      THEN 1 ELSE 0 END AS "deactivated",
    CASE WHEN EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = u."id" AND c."cause" = 'administrator')
      THEN 1 ELSE 0 END AS "suspended",
    CASE WHEN EXISTS (SELECT 1 FROM "domains" d WHERE d."accountId" = ${accountId} AND d."name" = u."primaryDomain"
      AND d."state" = 'verified') THEN 0 ELSE 1 END AS "domain",
    CASE WHEN u."joinedAt" IS NULL THEN 1 ELSE 0 END AS "new"
  FROM "users" u
  WHERE u."connectionId" = ${connectionId} AND u."accountId" = ${accountId} AND u."deletedAt" IS NULL
    AND u."releasedAt" IS NULL AND ${which}`;

const free = sql`"in" = 1 AND "deactivated" = 0 AND "suspended" = 0 AND "domain" = 0`;
const conditions: Record<Exclude<ReadinessKind, 'notPushed' | 'unknownMember'> | 'ready', Sql> = {
  noGroup: sql`"in" = 0 AND "deactivated" = 0`,
  deactivated: sql`"deactivated" = 1`,
  suspended: sql`"in" = 1 AND "suspended" = 1`,
  domain: sql`"in" = 1 AND "domain" = 1`,
  neverSignedIn: sql`${free} AND "new" = 1`,
  ready: sql`${free} AND "new" = 0`,
};

const count = (name: keyof typeof conditions): Sql =>
  sql`COALESCE(SUM(CASE WHEN ${conditions[name]} THEN 1 ELSE 0 END), 0)`;

const notPushed = ({ accountId, connectionId }: DirectoryScope): Sql => sql`"users" u
  WHERE u."accountId" = ${accountId} AND (u."connectionId" IS NULL OR u."connectionId" <> ${connectionId})
    AND u."deletedAt" IS NULL AND u."releasedAt" IS NULL`;

const unknownMembers = (granted: Sql, { accountId, connectionId }: DirectoryScope): Sql => sql`"group_members" m
  WHERE m."accountId" = ${accountId} AND m."memberType" = 'User' AND m."groupId" IN (${granted})
    AND NOT EXISTS (SELECT 1 FROM "users" u WHERE u."id" = m."memberId" AND u."connectionId" = ${connectionId}
      AND u."deletedAt" IS NULL)`;

const inGranted = sql`SELECT "groupId" FROM "granted"`;

/** How many people are ready to sign in by single sign-on, and what keeps the others from it. */
export async function readinessCounts(on: Reader, scope: DirectoryScope): Promise<ReadinessCounts> {
  const granted = await grantedGroups(on, scope.accountId);
  const counts: ReadinessCounts = {
    pushed: 0,
    ready: 0,
    noGroup: 0,
    deactivated: 0,
    suspended: 0,
    domain: 0,
    neverSignedIn: 0,
    notPushed: await countOf(on, granted, notPushed(scope)),
    unknownMember: await countOf(on, granted, unknownMembers(inGranted, scope)),
  };
  for await (const slice of slices(on, scope, '')) {
    const found = await firstRow<Record<keyof ReadinessCounts, number | string>>(
      on,
      sql`WITH ${granted} SELECT COUNT(*) AS "pushed", ${count('ready')} AS "ready", ${count('noGroup')} AS "noGroup",
            ${count('deactivated')} AS "deactivated", ${count('suspended')} AS "suspended",
            ${count('domain')} AS "domain", ${count('neverSignedIn')} AS "neverSignedIn"
          FROM (${facts(inGranted, scope, slice)}) f`,
    );
    for (const [name, value] of Object.entries(found ?? {})) counts[name as keyof ReadinessCounts] += Number(value);
  }
  return counts;
}

/** One list, in the order in which people came. @param after the id of the last line of the page before */
export async function readinessList(
  on: Reader,
  scope: DirectoryScope,
  { kind, after = '', limit }: { kind: ReadinessKind; after?: string | undefined; limit: number },
): Promise<{ lines: ReadinessLine[]; more: boolean }> {
  const granted = await grantedGroups(on, scope.accountId);
  const found: ReadinessLine[] = [];
  if (kind === 'unknownMember') found.push(...(await unknownLines(on, granted, scope, after, limit)));
  else if (kind === 'notPushed') {
    const where = sql`${notPushed(scope)} AND u."id" > ${after} ORDER BY u."id" LIMIT ${limit + 1}`;
    const people = await rows<Person>(
      on,
      sql`SELECT u."id", u."displayName", u."userName", u."primaryAddress" FROM ${where}`,
    );
    found.push(...people.map(lineOf));
  } else {
    for await (const slice of slices(on, scope, after)) {
      const people = await rows<Person>(
        on,
        sql`WITH ${granted} SELECT f."id", f."displayName", f."userName", f."primaryAddress"
            FROM (${facts(inGranted, scope, slice)}) f WHERE ${conditions[kind]} ORDER BY f."id"
            LIMIT ${limit + 1 - found.length}`,
      );
      found.push(...people.map(lineOf));
      if (found.length > limit) break;
    }
  }
  return { lines: found.slice(0, limit), more: found.length > limit };
}

type Person = Pick<User, 'id' | 'displayName' | 'userName' | 'primaryAddress'>;

const lineOf = ({ id, displayName, userName, primaryAddress }: Person): ReadinessLine => ({
  id,
  name: displayName || userName,
  address: primaryAddress,
});

const unknownLines = async (
  on: Reader,
  granted: Sql,
  scope: DirectoryScope,
  after: string,
  limit: number,
): Promise<ReadinessLine[]> => {
  const found = await rows<{ id: string; name: string }>(
    on,
    sql`WITH ${granted} SELECT k."id", g."displayName" AS "name" FROM (
          SELECT m."memberId" AS "id", MIN(m."groupId") AS "groupId" FROM ${unknownMembers(inGranted, scope)}
          GROUP BY m."memberId") k
        JOIN "directory_groups" g ON g."id" = k."groupId" WHERE k."id" > ${after} ORDER BY k."id" LIMIT ${limit + 1}`,
  );
  return found.map(({ id, name }) => ({ id, name, address: null }));
};

async function countOf(on: Reader, granted: Sql, from: Sql): Promise<number> {
  const counted = await firstRow<{ n: number | string }>(on, sql`WITH ${granted} SELECT COUNT(*) AS "n" FROM ${from}`);
  return Number(counted?.n ?? 0);
}

/** The people of the connection in slices of their ids, each as a condition on `u`; others have their turn between them. */
async function* slices(on: Reader, { connectionId }: DirectoryScope, from: string): AsyncGenerator<Sql> {
  for (let after = from; ;) {
    const [last] = await rows<{ id: string }>(
      on,
      sql`SELECT "id" FROM "users" WHERE "connectionId" = ${connectionId} AND "id" > ${after}
          ORDER BY "id" LIMIT 1 OFFSET ${sliceSize - 1}`,
    );
    if (!last) {
      yield sql`u."id" > ${after}`;
      return;
    }
    yield sql`u."id" > ${after} AND u."id" <= ${last.id}`;
    after = last.id;
    await breathe(on);
  }
}
