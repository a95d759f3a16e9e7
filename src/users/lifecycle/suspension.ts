import { clock } from '../../platform/clock/clock.ts';
import { chunks } from '../../platform/database/chunks.ts';
import { changed, isTrue, rows } from '../../platform/database/run.ts';
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
  await bar(ground, m, user, { originId: user.id, since: clock.now(), setBy });
  return isNews;
}

/**
 * An administrator lifts their no: of this person, of what bars them, and of the deleted ones whose names those were.
 * Whoever else is suspended stays barred by every name that they have, and by what their own suspension barred.
 * @returns whether there was one
 */
export async function lift(ground: Ground, m: Writer, user: Named): Promise<boolean> {
  const { accountId } = user;
  const barring = await rows<SuspensionKey>(
    m,
    sql`SELECT * FROM "suspension_keys" WHERE ${barred(ground, user)} OR ("accountId" = ${accountId}
        AND ("originId" = ${user.id} OR "originId" IN (${deadOrigins(ground, user)})))`,
  );
  const own = barring.filter((each) => isNameOf(ground, user, each));
  const elses = new Set((await heldByOthers(m, user, barring)).map(nameKey));
  // What is left of an erased name does not tell who has it now: its suspension may be another's too.
  const isShared = ({ originId }: SuspensionKey): boolean =>
    barring.some(
      (each) =>
        each.originId === originId &&
        (elses.has(nameKey(each)) || (each.key.startsWith(markPrefix) && !own.includes(each))),
    );
  const lifted = barring.filter(
    (each) => !elses.has(nameKey(each)) && (own.includes(each) || each.originId === user.id || !isShared(each)),
  );
  for (const { kind, key } of lifted) {
    await rows(
      m,
      sql`DELETE FROM "suspension_keys" WHERE "accountId" = ${accountId} AND "kind" = ${kind} AND "key" = ${key}`,
    );
    await changed(
      m,
      sql`DELETE FROM "user_causes" WHERE "cause" = 'administrator' AND "userId" IN (SELECT "id" FROM "users"
          WHERE "accountId" = ${accountId} AND "deletedAt" IS NOT NULL AND ${columns[kind]} = ${key}) RETURNING "userId"`,
    );
  }
  return liftNo(ground, m, user, 'administrator');
}

const columns = {
  userName: sql`"userNameKey"`,
  address: sql`"primaryAddressKey"`,
  externalId: sql`"externalId"`,
} as const satisfies Record<SuspensionKey['kind'], Sql>;

const living = sql`"deletedAt" IS NULL AND "releasedAt" IS NULL`;

/** Whoever was suspended by these names before, and is not here any more: this person came after them. */
const deadOrigins = (ground: Ground, user: Named): Sql =>
  sql`SELECT k."originId" FROM "suspension_keys" k WHERE ${barred(ground, user)} AND NOT EXISTS (
    SELECT 1 FROM "users" u WHERE u."id" = k."originId" AND ${living})`;

/** Those of these names that somebody else has who is here, and suspended. */
async function heldByOthers<Name extends Pick<SuspensionKey, 'kind' | 'key'>>(
  on: Reader,
  { accountId, id }: Pick<User, 'accountId' | 'id'>,
  names: readonly Name[],
): Promise<Name[]> {
  const held = new Set<string>();
  for (const kind of kinds) {
    const keys = names.filter((name) => name.kind === kind).map(({ key }) => key);
    for (const some of chunks(keys)) {
      const found = await rows<{ key: string }>(
        on,
        sql`SELECT ${columns[kind]} AS "key" FROM "users" u WHERE "accountId" = ${accountId} AND "id" <> ${id} AND ${living}
            AND ${columns[kind]} IN (${list(some)}) AND EXISTS (
              SELECT 1 FROM "user_causes" c WHERE c."userId" = u."id" AND c."cause" = 'administrator')`,
      );
      for (const { key } of found) held.add(nameKey({ kind, key }));
    }
  }
  return names.filter((name) => held.has(nameKey(name)));
}

const kinds = ['userName', 'address', 'externalId'] as const satisfies SuspensionKey['kind'][];
const nameKey = ({ kind, key }: Pick<SuspensionKey, 'kind' | 'key'>): string => `${kind} ${key}`;

/**
 * Called whenever a directory names or renames a person: deleting, pushing again and renaming must not lift what only
 * an administrator may. Whoever takes a barred name is suspended, and their other names are barred from then on.
 * @param found what `suspensionOf` gave
 */
export async function inheritSuspension(ground: Ground, m: Writer, user: Named, found: Barring | null): Promise<void> {
  if (!found) return;
  const { setBy, since } = found;
  await sayNo(ground, m, user, 'administrator', setBy);
  // Whoever comes after somebody who is gone is lifted with them; of two who are here each is lifted alone.
  await bar(ground, m, user, { originId: isTrue(found.isHere) ? user.id : found.originId, since, setBy });
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

/** A suspension, and whether whom it was said of is still here. */
type Barring = SuspensionKey & { isHere: unknown };

/**
 * The oldest suspension that bars one of these names. A name that somebody else has at present, and is suspended with, tells of
 * that one alone.
 * @param present whoever takes these names, when they exist already: renamed, they are who they were
 */
export async function suspensionOf(
  ground: Ground,
  on: Reader,
  names: Names,
  present: User | null,
): Promise<Barring | null> {
  const { accountId } = names;
  const all = present ? [names, present] : [names];
  // Most keep the names that they have: each is marked once.
  const named = new Map(all.flatMap(namesOf).map((name) => [nameKey(name), name]));
  const keys = new Set([...named.values()].flatMap((name) => storedAs(ground, name)));
  const stored = await rows<Barring>(
    on,
    sql`SELECT k.*, EXISTS (SELECT 1 FROM "users" WHERE "id" = k."originId" AND ${living}) AS "isHere"
        FROM "suspension_keys" k WHERE "accountId" = ${accountId} AND "key" IN (${list([...keys])}) ORDER BY "since"`,
  );
  const found = stored.filter((each) => all.some((one) => isNameOf(ground, one, each)));
  if (found.length === 0) return null;
  const elses = await heldByOthers(on, { accountId, id: present?.id ?? '' }, found);
  return found.find((each) => !elses.includes(each)) ?? null;
}

const isNameOf = (ground: Ground, names: Names, { kind, key }: SuspensionKey): boolean =>
  namesOf(names).some((own) => own.kind === kind && storedAs(ground, own).includes(key));

/** How a name may stand among the barred ones: first as it is barred now. What looks like a mark never stands as it is. */
const storedAs = (ground: Ground, { kind, key }: Pick<SuspensionKey, 'kind' | 'key'>): string[] => [
  ...(key.startsWith(markPrefix) ? [] : [key]),
  markedName(ground, kind, key),
];

const namesOf = (user: Names): { kind: SuspensionKey['kind']; key: string }[] => [
  { kind: 'userName', key: user.userNameKey },
  ...(user.primaryAddressKey === null ? [] : [{ kind: 'address' as const, key: user.primaryAddressKey }]),
  ...(user.externalId === null ? [] : [{ kind: 'externalId' as const, key: user.externalId }]),
];

const barred = (ground: Ground, user: Named): Sql =>
  sql`"accountId" = ${user.accountId} AND (${join(
    namesOf(user).map((name) => sql`("kind" = ${name.kind} AND "key" IN (${list(storedAs(ground, name))}))`),
    ' OR ',
  )})`;

async function bar(
  ground: Ground,
  m: Writer,
  user: Named,
  { originId, since, setBy }: Pick<SuspensionKey, 'originId' | 'since' | 'setBy'>,
): Promise<void> {
  for (const name of namesOf(user)) {
    const [key] = storedAs(ground, name);
    await changed(
      m,
      sql`INSERT INTO "suspension_keys" ("accountId", "kind", "key", "originId", "since", "setBy")
          VALUES (${user.accountId}, ${name.kind}, ${key!}, ${originId}, ${since}, ${setBy})
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
