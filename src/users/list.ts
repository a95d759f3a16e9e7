import { rows } from '../platform/database/run.ts';
import { join, sql, type Sql } from '../platform/database/sql.ts';
import type { Reader } from '../platform/database/unit.ts';
import { fold } from '../platform/text/fold.ts';
import { idsByOtherAddress } from './other-address.ts';
import type { User } from './user.entity.ts';

/** A person as a list shows them. */
export type UserLine = Pick<User, 'id' | 'userName' | 'displayName' | 'primaryAddress' | 'joinedAt' | 'lastActiveAt'>;

/** PostgreSQL's driver gives bigint as text. */
type Stored = Omit<UserLine, 'joinedAt' | 'lastActiveAt'> & Record<'joinedAt' | 'lastActiveAt', number | string | null>;

interface UserQuery {
  accountId: string;
  /** A part of an address, user name or display name; empty finds everybody. */
  search: string;
  /** Only the person with this primary address, folded, or with it as another address of theirs (`idsByOtherAddress`). */
  addressKey?: string | undefined;
  /** The id of the last person of the page before. */
  after?: string | undefined;
  limit: number;
}

/** The people of an account who were not deleted, by address. @returns one page, and whether there is another */
export async function listUsers(on: Reader, query: UserQuery): Promise<{ users: UserLine[]; more: boolean }> {
  const conditions = [sql`u."accountId" = ${query.accountId} AND u."deletedAt" IS NULL`, ...matching(query.search)];
  if (query.addressKey !== undefined) conditions.push(addressed(query.accountId, query.addressKey));
  if (query.after) {
    // Somebody who was released can have the address of a successor.
    conditions.push(sql`(u."primaryAddressKey", u."id") > (SELECT p."primaryAddressKey", p."id" FROM "users" p
      WHERE p."id" = ${query.after} AND p."accountId" = ${query.accountId})`);
  }
  const found = await rows<Stored>(
    on,
    sql`SELECT u."id", u."userName", u."displayName", u."primaryAddress", u."joinedAt", u."lastActiveAt"
        FROM "users" u WHERE ${join(conditions, ' AND ')} ORDER BY u."primaryAddressKey", u."id" LIMIT ${query.limit + 1}`,
  );
  return { users: found.slice(0, query.limit).map(numbered), more: found.length > query.limit };
}

/** As a set of ids: joined by OR the two would read every person. */
function addressed(accountId: string, key: string): Sql {
  const others = idsByOtherAddress([accountId], key);
  const primary = sql`SELECT pu."id" FROM "users" pu WHERE pu."accountId" = ${accountId} AND pu."primaryAddressKey" = ${key}`;
  return sql`u."id" IN (${others === null ? primary : sql`${primary} UNION ${others}`})`;
}

/** The keys are folded already; a display name is not, so it is compared in lower case and as it was typed. */
function matching(search: string): Sql[] {
  const wanted = search.trim();
  if (!wanted) return [];
  const key = containing(fold(wanted));
  return [
    sql`(u."primaryAddressKey" LIKE ${key} ESCAPE '!' OR u."userNameKey" LIKE ${key} ESCAPE '!'
      OR LOWER(u."displayName") LIKE ${key} ESCAPE '!' OR u."displayName" LIKE ${containing(wanted)} ESCAPE '!'
      OR EXISTS (SELECT 1 FROM "user_addresses" e WHERE e."userId" = u."id" AND e."valueKey" LIKE ${key} ESCAPE '!'))`,
  ];
}

/** A pattern for LIKE in which the text stands for itself. */
const containing = (text: string): string => `%${text.replaceAll(/[!%_]/g, '!$&')}%`;

const numbered = (line: Stored): UserLine => ({
  ...line,
  joinedAt: line.joinedAt === null ? null : Number(line.joinedAt),
  lastActiveAt: line.lastActiveAt === null ? null : Number(line.lastActiveAt),
});
