import { rows } from '../src/platform/database/run.ts';
import { join, Sql, sql } from '../src/platform/database/sql.ts';
import type { Writer } from '../src/platform/database/unit.ts';
import { type User, UserTable } from '../src/users/user.entity.ts';
import { firstTwin } from './twins.ts';

const twinId = sql`'00000000-0000-7000-8000-' || CAST(${new Sql([String(firstTwin)], [])} + n."i" AS varchar(12))`;

/** As many as either database inserts well within the time that the door gives one answer. */
const atOnce = 100_000;

/** Makes many people like this one, counted from `from`: pushing them one by one would take longer than the bench. */
export async function makeTwins(m: Writer, user: User, count: number, from = 0): Promise<void> {
  for (let made = 0; made < count; made += atOnce) await makeSome(m, user, Math.min(atOnce, count - made), from + made);
}

async function makeSome(m: Writer, user: User, count: number, from: number): Promise<void> {
  const named = (column: Sql): Sql => sql`CAST(n."i" AS varchar(12)) || '-' || ${column}`;
  const other: Record<string, Sql> = {
    id: twinId,
    userName: named(sql`u."userName"`),
    userNameKey: named(sql`u."userNameKey"`),
    externalId: named(sql`u."externalId"`),
    primaryAddress: named(sql`u."primaryAddress"`),
    primaryAddressKey: named(sql`u."primaryAddressKey"`),
  };
  const columns = Object.keys(UserTable.options.columns);
  const plain = (text: string): Sql => new Sql([text], []);
  await rows(
    m,
    sql`INSERT INTO "users" (${join(
      columns.map((name) => plain(`"${name}"`)),
      ', ',
    )})
        WITH RECURSIVE n("i") AS (SELECT ${plain(String(from))} UNION ALL
          SELECT "i" + 1 FROM n WHERE "i" < ${plain(String(from + count - 1))})
        SELECT ${join(
          columns.map((name) => other[name] ?? plain(`u."${name}"`)),
          ', ',
        )} FROM n, "users" u WHERE u."id" = ${user.id}`,
  );
}

/** Puts every twin into a group, in one statement. */
export async function joinAll(m: Writer, accountId: string, groupId: string): Promise<void> {
  await rows(
    m,
    sql`INSERT INTO "group_members" ("groupId", "memberId", "memberType", "accountId", "addedAt")
        SELECT CAST(${groupId} AS varchar(64)), "id", 'User', "accountId", "createdAt" FROM "users"
        WHERE "accountId" = ${accountId} AND "deletedAt" IS NULL ON CONFLICT DO NOTHING`,
  );
}
