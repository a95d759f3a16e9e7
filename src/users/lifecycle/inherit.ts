import { changed, firstRow } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { User } from '../user.entity.ts';

/**
 * A new person takes over an administrator's no from a deleted one with the same name, address or external id: a
 * directory that deletes and pushes again must not lift what only an administrator may.
 */
export async function inheritSuspension(m: Writer, user: User): Promise<void> {
  const dead = sql`SELECT "id" FROM "users" WHERE "accountId" = ${user.accountId} AND "deletedAt" IS NOT NULL
    AND ("userNameKey" = ${user.userNameKey} OR "primaryAddressKey" = ${user.primaryAddressKey}
      OR ("connectionId" = ${user.connectionId} AND "externalId" = ${user.externalId}))`;
  const no = await firstRow<{ since: number; setBy: string }>(
    m,
    sql`SELECT "since", "setBy" FROM "user_causes" WHERE "cause" = 'administrator' AND "userId" IN (${dead})
        ORDER BY "since" LIMIT 1`,
  );
  if (!no) return;
  await changed(
    m,
    sql`DELETE FROM "user_causes" WHERE "cause" = 'administrator' AND "userId" IN (${dead}) RETURNING "userId"`,
  );
  await changed(
    m,
    sql`INSERT INTO "user_causes" ("userId", "cause", "since", "setBy")
        VALUES (${user.id}, 'administrator', ${no.since}, ${no.setBy}) RETURNING "userId"`,
  );
}
