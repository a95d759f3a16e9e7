import { chunks } from '../../platform/database/chunks.ts';
import { lockRows } from '../../platform/database/lock.ts';
import { insertRows } from '../../platform/database/insert.ts';
import { changed, firstRow, rows } from '../../platform/database/run.ts';
import { isOneOf, join, list, sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { clock } from '../../platform/clock/clock.ts';
import { domainOf, normaliseAddress } from '../../accounts/domains/name.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { fold } from '../../platform/text/fold.ts';
import type { Ground } from '../../trail/ground.ts';
import { UserAddressTable } from '../address.entity.ts';
import { type User, UserTable } from '../user.entity.ts';
import type { UserCause } from './cause.entity.ts';
import { markChanged, putOut, type Scope } from './out.ts';
import { createPerson, newPerson } from './people.ts';
import { addressRows, columnsOf, type PersonInput } from './person.ts';

/** Whom a directory named, and what became of it. */
export interface Made<Input extends PersonInput> {
  created: { input: Input; user: User }[];
  refused: { input: Input; error: CarillonError }[];
}

/**
 * Creates people as `createPerson` does, in a few statements for all of them; whoever needs a closer look (a name that
 * is taken or barred, a domain that is not verified) gets it one by one, and is told apart from the others.
 */
export async function createPeople<Input extends PersonInput>(
  ground: Ground,
  m: Writer,
  scope: Scope,
  connectionId: string,
  inputs: readonly Input[],
): Promise<Made<Input>> {
  const made: Made<Input> = { created: [], refused: [] };
  const plain: { input: Input; user: User }[] = [];
  const closer: Input[] = [];
  for (const some of chunks(inputs)) {
    const clashes = await clashing(m, scope, connectionId, some);
    for (const input of some) {
      if (clashes(input)) closer.push(input);
      else plain.push({ input, user: newPerson(scope, connectionId, columnsOf(input, domainOf(primaryOf(input))!)) });
    }
  }
  await insertRows(
    m,
    UserTable,
    plain.map(({ user }) => user),
  );
  await insertRows(
    m,
    UserAddressTable,
    plain.flatMap(({ input, user }) => addressRows(user.id, user.accountId, input)),
  );
  made.created.push(...plain);
  for (const input of closer) {
    try {
      made.created.push({ input, user: await createPerson(ground, m, scope, connectionId, input) });
    } catch (error) {
      if (!(error instanceof CarillonError)) throw error;
      made.refused.push({ input, error });
    }
  }
  return made;
}

/** Tells external ids from names among what is taken: no name begins so. */
const idMark = '\u0001';

const primaryOf = (input: PersonInput): string => input.primary ?? input.userName;
const keysOf = (input: PersonInput): string[] => [fold(input.userName), normaliseAddress(primaryOf(input)) ?? ''];

/** Tells who cannot be created as they are, or needs more than a row: two of them with one name or id both count. */
async function clashing(
  m: Writer,
  { accountId }: Scope,
  connectionId: string,
  inputs: readonly PersonInput[],
): Promise<(input: PersonInput) => boolean> {
  const keys = isOneOf([...new Set(inputs.flatMap(keysOf))]);
  const ids = isOneOf(inputs.flatMap(({ externalId }) => externalId ?? []));
  const living = sql`"deletedAt" IS NULL AND "releasedAt" IS NULL`;
  const others = sql`FROM "users" WHERE "accountId" = ${accountId} AND ${living}`;
  const [barred, taken, domains] = await Promise.all([
    firstRow(m, sql`SELECT 1 FROM "suspension_keys" WHERE "accountId" = ${accountId} LIMIT 1`),
    rows<{ key: string }>(
      m,
      sql`SELECT "userNameKey" AS "key" ${others} AND "userNameKey" ${keys}
          UNION ALL SELECT "primaryAddressKey" ${others} AND "primaryAddressKey" ${keys}
          UNION ALL SELECT ${idMark} || "externalId" FROM "users" WHERE "connectionId" = ${connectionId}
            AND "externalId" ${ids} AND ${living}`,
    ),
    rows<{ name: string }>(
      m,
      sql`SELECT "name" FROM "domains" WHERE "accountId" = ${accountId} AND "state" = 'verified'`,
    ),
  ]);
  if (barred) return () => true; // names may be barred
  const busy = new Set(taken.map(({ key }) => key));
  const ours = new Set(domains.map(({ name }) => name));
  return (input) => {
    const own = new Set([...keysOf(input), ...(input.externalId === null ? [] : [idMark + input.externalId])]);
    const clash =
      [input.userName, primaryOf(input)].some((name) => !ours.has(domainOf(name) ?? '')) ||
      [...own].some((key) => busy.has(key));
    for (const key of own) busy.add(key);
    return clash;
  };
}

/**
 * `sayNo` for many: one statement a chunk, and each of them out from this commit on.
 * @returns those to whom it was news
 */
export async function sayNoToMany(
  ground: Ground,
  m: Writer,
  scope: Scope,
  userIds: readonly string[],
  cause: UserCause['cause'],
  setBy: string,
): Promise<string[]> {
  const told: string[] = [];
  await lockRows(m, 'users', userIds);
  for (const some of chunks(userIds)) {
    const values = some.map((id) => sql`(${id}, ${cause}, ${clock.now()}, ${setBy})`);
    const said = await changed<{ userId: string }>(
      m,
      sql`INSERT INTO "user_causes" ("userId", "cause", "since", "setBy") VALUES ${join(values, ', ')}
          ON CONFLICT DO NOTHING RETURNING "userId"`,
    );
    told.push(...said.map(({ userId }) => userId));
  }
  if (told.length > 0) await putOut(ground, m, scope, told, cause);
  return told;
}

/** `liftNo` for many. @returns those who had one */
export async function liftNoOfMany(
  ground: Ground,
  m: Writer,
  userIds: readonly string[],
  cause: UserCause['cause'],
): Promise<string[]> {
  const lifted: string[] = [];
  await lockRows(m, 'users', userIds);
  for (const some of chunks(userIds)) {
    const gone = await changed<{ userId: string }>(
      m,
      sql`DELETE FROM "user_causes" WHERE "cause" = ${cause} AND "userId" IN (${list(some)}) RETURNING "userId"`,
    );
    lifted.push(...gone.map(({ userId }) => userId));
  }
  if (lifted.length > 0) await markChanged(ground, m, lifted);
  return lifted;
}
