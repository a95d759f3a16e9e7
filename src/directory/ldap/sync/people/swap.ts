import { rows } from '../../../../platform/database/run.ts';
import { list, sql } from '../../../../platform/database/sql.ts';
import type { Writer } from '../../../../platform/database/unit.ts';
import type { User } from '../../../../users/user.entity.ts';

/** The refusals that come of a name that somebody else has, who may be about to let go of it. */
export const takenCodes: ReadonlySet<string> = new Set(['user.userNameTaken', 'user.addressTaken']);

/** People who may swap names let go of theirs: each gets one that nobody else can have. */
export const letGo = (m: Writer, users: readonly User[]): Promise<unknown> =>
  rows(
    m,
    sql`UPDATE "users" SET "userNameKey" = '~' || "id", "primaryAddressKey" = '~' || "id"
        WHERE "id" IN (${list(users.map(({ id }) => id))})`,
  );

/** Whoever could not have the new name keeps the old one, unless it is another's by now: then nobody finds them by it. */
export const takeBack = (m: Writer, { id, accountId, userNameKey, primaryAddressKey }: User): Promise<unknown> =>
  rows(
    m,
    sql`UPDATE "users" SET "userNameKey" = ${userNameKey}, "primaryAddressKey" = ${primaryAddressKey}
        WHERE "id" = ${id} AND NOT EXISTS (SELECT 1 FROM "users" o WHERE o."accountId" = ${accountId} AND o."id" <> ${id}
          AND o."deletedAt" IS NULL AND o."releasedAt" IS NULL
          AND (o."userNameKey" = ${userNameKey} OR o."primaryAddressKey" = ${primaryAddressKey}))`,
  );
