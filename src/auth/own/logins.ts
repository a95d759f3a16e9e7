import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { firstRow, isTrue, rows } from '../../platform/database/run.ts';
import { selectRow } from '../../platform/database/select.ts';
import { list, type Sql, sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { isKeptByNobody } from '../../users/own.ts';
import type { User } from '../../users/user.entity.ts';
import { type Login, LoginTable } from './login.entity.ts';

/** By an address as it is compared. */
export const loginAt = (on: Reader, addressKey: string): Promise<Login | null> =>
  selectRow(on, LoginTable, sql`a."addressKey" = ${addressKey}`);

/** By which somebody signs in whose account Carillon holds; null for a directory's people. */
export const loginOf = (on: Reader, userId: string): Promise<Login | null> =>
  selectRow(
    on,
    LoginTable,
    sql`a."userId" = ${userId} AND EXISTS (SELECT 1 FROM "users" u WHERE u."id" = a."userId"
        AND ${isKeptByNobody(sql`u."connectionId"`)})`,
  );

/**
 * Whether somebody signs in by what Carillon holds. Whom a disconnected directory kept does from when they have proved
 * their address, whatever else they had set up before, as a passkey beside the directory's password.
 */
export const isSignedInHere = (userId: Sql, connectionId: Sql): Sql =>
  sql`(${connectionId} IS NULL OR (${isKeptByNobody(connectionId)}
       AND EXISTS (SELECT 1 FROM "logins" hl WHERE hl."userId" = ${userId})))`;

/** The same of one person. */
export const signsInHere = async (on: Reader, { id }: Pick<User, 'id'>): Promise<boolean> =>
  (await firstRow(
    on,
    sql`SELECT 1 FROM "users" u WHERE u."id" = ${id} AND ${isSignedInHere(sql`u."id"`, sql`u."connectionId"`)}`,
  )) !== null;

/** The hash of a person's password; null where Carillon keeps none. */
export const passwordOf = async (on: Reader, userId: string): Promise<string | null> =>
  (await loginOf(on, userId))?.passwordHash ?? null;

/** What is known of an address. `deleted`, `released`: whoever had it is no more, or free to be somebody new. */
export type Known = 'nobody' | 'deleted' | 'released' | 'somebody';

/** Whether somebody has this address who still may; one question whatever the answer. */
export async function knownAt(on: Reader, addressKey: string): Promise<Known> {
  const found = await firstRow<{ deleted: unknown; released: unknown }>(
    on,
    sql`SELECT (u."deletedAt" IS NOT NULL OR a."deletedAt" IS NOT NULL) AS "deleted",
          (u."releasedAt" IS NOT NULL
            OR EXISTS (SELECT 1 FROM "domains" d WHERE d."accountId" = u."accountId" AND d."name" = u."primaryDomain"
                       AND d."state" = 'releasing')) AS "released"
        FROM "logins" l JOIN "users" u ON u."id" = l."userId" JOIN "accounts" a ON a."id" = u."accountId"
        WHERE l."addressKey" = ${addressKey}`,
  );
  if (!found) return 'nobody';
  return isTrue(found.deleted) ? 'deleted' : isTrue(found.released) ? 'released' : 'somebody';
}

/** Whether whoever has this address is in no account, and suspended by whoever runs the server. */
export async function isSuspendedAt(on: Reader, addressKey: string): Promise<boolean> {
  const found = await firstRow(
    on,
    sql`SELECT 1 FROM "logins" l JOIN "user_causes" c ON c."userId" = l."userId"
        WHERE l."addressKey" = ${addressKey} AND l."accountId" = ${nobodys.accountId}`,
  );
  return found !== null;
}

/**
 * Makes an address free for somebody new, in their unit: whoever had it was deleted or released.
 * @returns false when somebody has it who still may
 */
export async function freeAddress({ db }: Pick<Ground, 'db'>, m: Writer, addressKey: string): Promise<boolean> {
  await db.alone(`address ${addressKey}`); // of two who want it at once the second finds the first
  const seen = await loginAt(m, addressKey);
  if ((await knownAt(m, addressKey)) === 'somebody') return false;
  if (seen) await rows(m, sql`DELETE FROM "logins" WHERE "addressKey" = ${addressKey} AND "userId" = ${seen.userId}`);
  return true;
}

/** Nobody signs in by these people's addresses any more, which are free again. */
export async function dropLogins(m: Writer, userIds: readonly string[]): Promise<void> {
  await rows(m, sql`DELETE FROM "logins" WHERE "userId" IN (${list(userIds)})`);
}
