import { normaliseAddress, domainOf } from '../../../../accounts/domains/name.ts';
import { clock } from '../../../../platform/clock/clock.ts';
import { insertRows } from '../../../../platform/database/insert.ts';
import { rows } from '../../../../platform/database/run.ts';
import { list, sql } from '../../../../platform/database/sql.ts';
import type { Writer } from '../../../../platform/database/unit.ts';
import { CarillonError } from '../../../../platform/errors/errors.ts';
import type { Ground } from '../../../../trail/ground.ts';
import { tellAdopted } from '../../../../users/lifecycle/adopt.ts';
import { createPeople, sayNoToMany } from '../../../../users/lifecycle/many.ts';
import { deletePerson, updatePerson } from '../../../../users/lifecycle/people.ts';
import { type User, UserTable } from '../../../../users/user.entity.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';
import { type DirectoryEntry, DirectoryEntryTable } from '../state/entry.entity.ts';
import { wantGroups } from '../state/states.ts';
import { cleaned } from '../../text.ts';
import { asDirectory } from '../unit.ts';
import { verifiedDomains } from './domains.ts';
import { asInput, contentHashOf, type DirectoryPerson, dnHashOf, hasMail, saysNo } from './person.ts';
import { letGo, takeBack, takenCodes } from './swap.ts';

/**
 * Writes what is new of these entries, in one unit of work with its record.
 * @param which `new`: only those who are nobody yet when it is written
 */
export async function writePeople(
  ground: Ground,
  scope: DirectoryScope,
  people: readonly DirectoryPerson[],
  which: 'all' | 'new' = 'all',
): Promise<void> {
  const action = { eventName: 'SyncDirectory', requestParameters: { entries: people.length } };
  await asDirectory(ground, scope, action, async (m) => {
    const before = await entriesBefore(m, scope, people);
    const news = which === 'all' ? people : people.filter(({ guid }) => !before.get(guid)?.isSomebody);
    if (news.length === 0) return { result: undefined };
    const outcome = await writeIn(ground, m, scope, news);
    await remember(m, scope, news, outcome);
    const { created, updated, problems } = outcome;
    if (news.some((person) => mayBeNamedAnew(person, before))) await wantGroups(m, scope.connectionId);
    const responseElements = { created: created.size, updated: updated.size, refused: problems.size };
    return { result: undefined, responseElements };
  });
}

interface Before {
  guid: string;
  dnHash: string;
  isGone: boolean;
  isSomebody: boolean;
}

async function entriesBefore(
  m: Writer,
  { connectionId }: DirectoryScope,
  people: readonly DirectoryPerson[],
): Promise<Map<string, Before>> {
  const found = await rows<{ guid: string; dnHash: string; goneAt: unknown; userId: string | null }>(
    m,
    sql`SELECT e."guid", e."dnHash", e."goneAt", u."id" AS "userId" FROM "directory_entries" e
        LEFT JOIN "users" u ON u."id" = e."localId" AND u."deletedAt" IS NULL
        WHERE e."directoryId" = ${connectionId} AND e."guid" IN (${list(people.map(({ guid }) => guid))})`,
  );
  return new Map(
    found.map(({ guid, dnHash, goneAt, userId }) => [
      guid,
      { guid, dnHash, isGone: goneAt !== null, isSomebody: userId !== null },
    ]),
  );
}

/** Groups name their members by DN: who is new, came back or was moved may be named by some that did not change since. */
function mayBeNamedAnew({ guid, dn }: DirectoryPerson, before: ReadonlyMap<string, Before>): boolean {
  const known = before.get(guid);
  return !known || known.isGone || !known.isSomebody || known.dnHash !== dnHashOf(dn);
}

/** guid → the id of who it became, or why it did not. */
interface Outcome {
  created: Map<string, string>;
  updated: Map<string, string>;
  problems: Map<string, string>;
}

async function writeIn(
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  news: readonly DirectoryPerson[],
): Promise<Outcome> {
  const outcome: Outcome = { created: new Map(), updated: new Map(), problems: new Map() };
  const known = await presentOf(m, scope, news);
  const strangers = news.filter(({ guid }) => !known.has(guid));
  const present = (await adopt(ground, m, scope, strangers)) ? await presentOf(m, scope, news) : known;
  await updateAll(ground, m, scope, present, news, outcome);
  const fresh = news.filter((person) => !present.has(person.guid));
  for (const person of fresh.filter((each) => !hasMail(each))) outcome.problems.set(person.guid, 'directory.noAddress');
  const inputs = fresh.filter(hasMail).map(asInput);
  await freeNames(
    ground,
    m,
    scope,
    inputs.flatMap(({ primary }) => normaliseAddress(primary!) ?? []),
  );
  const { created, refused } = await createPeople(ground, m, scope, scope.connectionId, inputs);
  for (const { input, user } of created) outcome.created.set(input.externalId!, user.id);
  for (const { input, error } of refused) outcome.problems.set(input.externalId!, error.code);
  const now = clock.now();
  // Among them whom the account kept: nobody has known until now that they are the directory's.
  const refusedAtOnce = news
    .filter((each) => saysNo(each, now))
    .flatMap(({ guid }) => outcome.created.get(guid) ?? outcome.updated.get(guid) ?? []);
  await sayNoToMany(ground, m, scope, refusedAtOnce, 'directory', scope.connectionId);
  return outcome;
}

/**
 * People whom the account had before this directory was connected, perhaps again, are its people by their address: the
 * domain is the account's, and the directory is too. An account has one source of people at a time, so nobody else has
 * them. The unit has the account alone, so that no guid becomes two people.
 * @param strangers entries of whom nobody is known by their guid
 * @returns whether there were any
 */
async function adopt(
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  strangers: readonly DirectoryPerson[],
): Promise<boolean> {
  const { accountId, connectionId } = scope;
  const verified = await verifiedDomains(m, scope);
  const byKey = new Map<string, string>();
  for (const { mail, guid } of strangers.filter(hasMail)) {
    const key = normaliseAddress(mail)!;
    if (verified.has(domainOf(mail)!) && !byKey.has(key)) byKey.set(key, guid);
  }
  if (byKey.size === 0) return false;
  // Connected again, a directory has the id that it had: whom it once named have no guid since it was disconnected.
  const found = await rows<{ id: string; primaryAddressKey: string }>(
    m,
    sql`SELECT "id", "primaryAddressKey" FROM "users" WHERE "accountId" = ${accountId} AND "deletedAt" IS NULL
        AND "releasedAt" IS NULL
        AND ("connectionId" IS NULL OR "connectionId" <> ${connectionId} OR "externalId" IS NULL)
        AND "primaryAddressKey" IN (${list([...byKey.keys()])})`,
  );
  for (const { id, primaryAddressKey } of found) {
    const externalId = byKey.get(primaryAddressKey);
    await rows(
      m,
      sql`UPDATE "users" SET "connectionId" = ${connectionId}, "externalId" = ${externalId} WHERE "id" = ${id}`,
    );
  }
  if (found.length === 0) return false;
  await tellAdopted(
    ground,
    m,
    scope,
    found.map(({ id }) => id),
  );
  return true;
}

async function presentOf(
  m: Writer,
  { connectionId }: DirectoryScope,
  news: readonly DirectoryPerson[],
): Promise<Map<string, User>> {
  const found = await m
    .createQueryBuilder(UserTable, 'u')
    .where('u.connectionId = :connectionId AND u.deletedAt IS NULL AND u.externalId IN (:...guids)', {
      connectionId,
      guids: news.map(({ guid }) => guid),
    })
    .getMany();
  return new Map(found.map((user) => [user.externalId!, user]));
}

/** Updates who is known already. People may have swapped addresses: then all of them let go of theirs first. */
async function updateAll(
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  present: ReadonlyMap<string, User>,
  news: readonly DirectoryPerson[],
  outcome: Outcome,
): Promise<void> {
  const round = async (people: readonly DirectoryPerson[]): Promise<DirectoryPerson[]> => {
    const left: DirectoryPerson[] = [];
    for (const person of people) {
      const problem = await update(ground, m, scope, present.get(person.guid)!, person);
      if (problem === null) outcome.problems.delete(person.guid);
      else outcome.problems.set(person.guid, problem);
      if (problem !== null && takenCodes.has(problem)) left.push(person);
    }
    return left;
  };
  const known = news.filter(({ guid }) => present.has(guid));
  for (const { guid } of known) outcome.updated.set(guid, present.get(guid)!.id);
  const left = await round(known);
  if (left.length < 2) return;
  const users = left.map(({ guid }) => present.get(guid)!);
  await letGo(m, users);
  const still = new Set(await round(left));
  for (const person of still) await takeBack(m, present.get(person.guid)!);
}

/** @returns the code of what stands in the way; the person stays as they were then, and in */
async function update(
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  user: User,
  person: DirectoryPerson,
): Promise<string | null> {
  if (!hasMail(person)) return 'directory.noAddress';
  const input = asInput(person);
  await freeNames(ground, m, scope, [normaliseAddress(person.mail)!], user.id);
  try {
    await updatePerson(ground, m, user, input);
    return null;
  } catch (error) {
    if (error instanceof CarillonError) return error.code;
    throw error;
  }
}

/** Whoever is gone from the directory leaves their name to the entry that has it now: they are another person. */
async function freeNames(
  ground: Ground,
  m: Writer,
  { accountId, connectionId }: DirectoryScope,
  names: readonly string[],
  except = '',
): Promise<void> {
  if (names.length === 0) return;
  // By the names alone, which have an index of their own: hardly ever does anybody have one.
  const having = await rows<{ id: string; connectionId: string | null }>(
    m,
    sql`SELECT "id", "connectionId" FROM "users" WHERE "accountId" = ${accountId} AND "deletedAt" IS NULL
        AND "primaryAddressKey" IN (${list(names)})`,
  );
  const ours = having.filter((user) => user.connectionId === connectionId && user.id !== except);
  if (ours.length === 0) return;
  const gone = await rows<{ id: string }>(
    m,
    sql`SELECT "localId" AS "id" FROM "directory_entries" WHERE "directoryId" = ${connectionId}
        AND "goneAt" IS NOT NULL AND "localId" IN (${list(ours.map(({ id }) => id))})`,
  );
  for (const { id } of gone) {
    const user = await m.findOneBy(UserTable, { id });
    if (user) await deletePerson(ground, m, user);
    await m.delete(DirectoryEntryTable, { directoryId: connectionId, localId: id });
  }
}

/** What is kept of an entry for the administrator, who is to mend it: nothing, unless there is a problem. */
function namedFor(
  problem: string | null,
  { mail, displayName, dn }: DirectoryPerson,
): Pick<DirectoryEntry, 'problem' | 'label' | 'domain'> {
  if (problem === null) return { problem, label: null, domain: null };
  const domain = mail === null ? null : domainOf(mail);
  return { problem, label: (mail ?? displayName ?? cleaned(dn)).slice(0, longestLabel), domain };
}
const longestLabel = 320;

async function remember(
  m: Writer,
  { organisationId, accountId, connectionId }: DirectoryScope,
  news: readonly DirectoryPerson[],
  { created, updated, problems }: Outcome,
): Promise<void> {
  const entries = news.map((person): DirectoryEntry => {
    const { guid } = person;
    return {
      directoryId: connectionId,
      guid,
      organisationId,
      accountId,
      kind: 'user',
      localId: created.get(guid) ?? updated.get(guid) ?? null,
      dnHash: dnHashOf(person.dn),
      contentHash: contentHashOf(person),
      expiresAt: person.expiresAt,
      goneAt: null,
      ...namedFor(problems.get(guid) ?? null, person),
    };
  });
  await rows(
    m,
    sql`DELETE FROM "directory_entries" WHERE "directoryId" = ${connectionId}
        AND "guid" IN (${list(news.map(({ guid }) => guid))})`,
  );
  await insertRows(m, DirectoryEntryTable, entries);
}
