import { clock } from '../../platform/clock/clock.ts';
import { changed, rows } from '../../platform/database/run.ts';
import { join, list, sql, type Sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import type { User } from '../user.entity.ts';
import { liftNo, sayNo } from './causes.ts';
import type { SuspensionKey } from './suspension-key.entity.ts';

/** The names of a person, as they are compared; without an address when it can be none. */
type Names = Pick<User, 'accountId' | 'userNameKey' | 'externalId'> & { primaryAddressKey: string | null };
type Named = Pick<User, 'id' | 'organisationId' | 'accountId' | 'userNameKey' | 'primaryAddressKey' | 'externalId'>;

/** An administrator's no, which also bars the names by which this person is known. @returns whether it was news */
export async function suspend(ground: Ground, m: Writer, user: Named, setBy: string): Promise<boolean> {
  const isNews = await sayNo(ground, m, user, 'administrator', setBy);
  await bar(m, user, { originId: user.id, since: clock.now(), setBy });
  return isNews;
}

/**
 * An administrator lifts their no: of this person, of every name that it barred, and of the deleted ones who had them.
 * @returns whether there was one
 */
export async function lift(ground: Ground, m: Writer, user: Named): Promise<boolean> {
  const origins = sql`SELECT "originId" FROM "suspension_keys" WHERE ${barred(ground, user)}`;
  const touched = await changed<SuspensionKey>(
    m,
    sql`DELETE FROM "suspension_keys" WHERE "accountId" = ${user.accountId} AND "originId" IN (${origins}) RETURNING *`,
  );
  for (const { kind, key } of touched) {
    const column = { userName: sql`"userNameKey"`, address: sql`"primaryAddressKey"`, externalId: sql`"externalId"` }[
      kind
    ];
    await changed(
      m,
      sql`DELETE FROM "user_causes" WHERE "cause" = 'administrator' AND "userId" IN (SELECT "id" FROM "users"
          WHERE "accountId" = ${user.accountId} AND "deletedAt" IS NOT NULL AND ${column} = ${key}) RETURNING "userId"`,
    );
  }
  return liftNo(ground, m, user, 'administrator');
}

/**
 * Called whenever a directory names or renames a person: deleting, pushing again and renaming must not lift what only
 * an administrator may. Whoever takes a barred name is suspended, and their other names are barred from then on.
 * @param found what `suspensionOf` gave
 */
export async function inheritSuspension(
  ground: Ground,
  m: Writer,
  user: Named,
  found: SuspensionKey | null,
): Promise<void> {
  if (!found) return;
  await sayNo(ground, m, user, 'administrator', found.setBy);
  await bar(m, user, found);
}

/** How a barred name is kept once whoever had it is erased: it bars as before, and tells of nobody. */
export const markedName = ({ seal }: Pick<Ground, 'seal'>, kind: SuspensionKey['kind'], key: string): string => {
  const mark = `${markPrefix}${seal.mark(JSON.stringify([kind, key]), 'suspended name')}`;
  // A domain tells of nobody, and a domain that is removed bars its addresses elsewhere too.
  return kind === 'address' ? `${mark}@${key.slice(key.lastIndexOf('@') + 1)}` : mark;
};
const markPrefix = '~mark:';

/** To be called in the unit that erased people of this account: their names are barred still, and stand here no more. */
export async function markBarredNames(ground: Ground, m: Writer, accountId: string): Promise<void> {
  const left = await rows<Pick<SuspensionKey, 'kind' | 'key'>>(
    m,
    sql`SELECT "kind", "key" FROM "suspension_keys" k WHERE "accountId" = ${accountId}
        AND "key" NOT LIKE ${`${markPrefix}%`}
        AND NOT EXISTS (SELECT 1 FROM "users" u WHERE u."id" = k."originId")`,
  );
  for (const { kind, key } of left) {
    const marked = markedName(ground, kind, key);
    const which = sql`"accountId" = ${accountId} AND "kind" = ${kind}`;
    // The name may have been barred, erased and barred again.
    await rows(m, sql`DELETE FROM "suspension_keys" WHERE ${which} AND "key" = ${marked}`);
    await rows(m, sql`UPDATE "suspension_keys" SET "key" = ${marked} WHERE ${which} AND "key" = ${key}`);
  }
}

/** The oldest suspension that bars one of these names. */
export async function suspensionOf(ground: Ground, on: Reader, names: Names): Promise<SuspensionKey | null> {
  const named = namesOf(names).map((name) => ({ ...name, marked: markedName(ground, name.kind, name.key) }));
  const found = await rows<SuspensionKey>(
    on,
    sql`SELECT * FROM "suspension_keys" WHERE "accountId" = ${names.accountId}
        AND "key" IN (${list(named.flatMap(({ key, marked }) => [key, marked]))}) ORDER BY "since"`,
  );
  return (
    found.find((each) =>
      named.some(({ kind, key, marked }) => each.kind === kind && [key, marked].includes(each.key)),
    ) ?? null
  );
}

const namesOf = (user: Names): { kind: SuspensionKey['kind']; key: string }[] => [
  { kind: 'userName', key: user.userNameKey },
  ...(user.primaryAddressKey === null ? [] : [{ kind: 'address' as const, key: user.primaryAddressKey }]),
  ...(user.externalId === null ? [] : [{ kind: 'externalId' as const, key: user.externalId }]),
];

const barred = (ground: Ground, user: Named): Sql =>
  sql`"accountId" = ${user.accountId} AND (${join(
    namesOf(user).map(
      ({ kind, key }) => sql`("kind" = ${kind} AND "key" IN (${key}, ${markedName(ground, kind, key)}))`,
    ),
    ' OR ',
  )})`;

async function bar(
  m: Writer,
  user: Named,
  { originId, since, setBy }: Pick<SuspensionKey, 'originId' | 'since' | 'setBy'>,
): Promise<void> {
  for (const { kind, key } of namesOf(user)) {
    await changed(
      m,
      sql`INSERT INTO "suspension_keys" ("accountId", "kind", "key", "originId", "since", "setBy")
          VALUES (${user.accountId}, ${kind}, ${key}, ${originId}, ${since}, ${setBy})
          ON CONFLICT DO NOTHING RETURNING "key"`,
    );
  }
}

/** A domain was removed: what is suspended of its addresses, also of former ones, may register in no other account either. */
export async function suspendEverywhere(
  m: Writer,
  { accountId, name }: { accountId: string; name: string },
): Promise<void> {
  await rows(
    m,
    sql`UPDATE "suspension_keys" SET "everywhereSince" = ${clock.now()}
        WHERE "accountId" = ${accountId} AND "kind" = 'address' AND "everywhereSince" IS NULL
        AND "key" LIKE ${`%@${name}`}`,
  );
}
