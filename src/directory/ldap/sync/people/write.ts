import { normaliseAddress, domainOf } from '../../../../accounts/domains/name.ts';
import { clock } from '../../../../platform/clock/clock.ts';
import { insertRows } from '../../../../platform/database/insert.ts';
import { later, rows } from '../../../../platform/database/run.ts';
import { selectRows } from '../../../../platform/database/select.ts';
import { isOneOf, sql, tableOf } from '../../../../platform/database/sql.ts';
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
import { type NameHolder, NameHolders } from './holders.ts';
import { asInput, contentHashOf, type DirectoryPerson, dnHashOf, hasMail, saysNo, stateUnreadable } from './person.ts';
import { letGo, takeBack, takenCodes } from './swap.ts';

/**
 * Writes what is new of these entries, in one unit of work with its record.
 * @param which `new`: only those who are nobody yet when it is written
 * @returns guid → id of those who were somebody before
 */
export async function writePeople(
  ground: Ground,
  scope: DirectoryScope,
  given: readonly DirectoryPerson[],
  which: 'all' | 'new' = 'all',
): Promise<Map<string, string>> {
  // A read that goes on while its directory changes may give an entry twice: the last word counts.
  const people = [...new Map(given.map((person) => [person.guid, person])).values()];
  const action = { eventName: 'SyncDirectory', requestParameters: { entries: people.length } };
  return asDirectory(ground, scope, action, async (m) => {
    const [before, present, verified, holders] = await Promise.all([
      entriesBefore(m, scope, people),
      presentOf(m, scope, people),
      verifiedDomains(m, scope),
      NameHolders.of(m, scope, people),
    ]);
    const news = which === 'all' ? people : people.filter(({ guid }) => !before.get(guid)?.isSomebody);
    if (news.length === 0) return { result: new Map() };
    const outcome = await writeIn(ground, m, scope, news, { present, verified, holders });
    await remember(m, scope, news, before, outcome);
    const { created, updated, problems } = outcome;
    if (news.some((person) => mayBeNamedAnew(person, before))) await wantGroups(m, scope.connectionId);
    const responseElements = { created: created.size, updated: updated.size, refused: problems.size };
    return { result: updated, responseElements };
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
        WHERE e."directoryId" = ${connectionId} AND e."guid" ${isOneOf(people.map(({ guid }) => guid))}`,
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

/** What is here already, as far as it concerns these entries. */
interface Here {
  /** guid → who it is. */
  present: Map<string, User>;
  verified: ReadonlySet<string>;
  holders: NameHolders;
}

async function writeIn(
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  news: readonly DirectoryPerson[],
  { present, verified, holders }: Here,
): Promise<Outcome> {
  const outcome: Outcome = { created: new Map(), updated: new Map(), problems: new Map() };
  const strangers = news.filter(({ guid, stateUnknown }) => !present.has(guid) && !stateUnknown);
  const adopted = await adopt(ground, m, scope, strangers, verified, holders);
  for (const [guid, user] of adopted.length > 0 ? await presentOf(m, scope, adopted) : []) present.set(guid, user);
  await updateAll(ground, m, scope, present, news, holders, outcome);
  const fresh = news.filter((person) => !present.has(person.guid));
  for (const person of fresh.filter((each) => !hasMail(each))) outcome.problems.set(person.guid, 'directory.noAddress');
  // Nobody comes in whose yes may not be read; whoever is in stays so, as that is no no either.
  for (const { guid } of news.filter(({ stateUnknown }) => stateUnknown)) outcome.problems.set(guid, stateUnreadable);
  const inputs = fresh
    .filter(({ stateUnknown }) => !stateUnknown)
    .filter(hasMail)
    .map(asInput);
  const names = inputs.flatMap(({ primary }) => normaliseAddress(primary!) ?? []);
  await freeNames(ground, m, scope, names, holders);
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
 * @returns those of them who were
 */
async function adopt(
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  strangers: readonly DirectoryPerson[],
  verified: ReadonlySet<string>,
  holders: NameHolders,
): Promise<DirectoryPerson[]> {
  const { connectionId } = scope;
  const adopted = new Map<string, DirectoryPerson>();
  for (const person of strangers.filter(hasMail)) {
    if (!verified.has(domainOf(person.mail)!)) continue;
    // Connected again, a directory has the id that it had: whom it once named have no guid since it was disconnected.
    const found = holders.holding(normaliseAddress(person.mail)!).find(isNobodysOf(connectionId));
    if (!found) continue;
    Object.assign(found, { connectionId, externalId: person.guid });
    adopted.set(found.id, person);
  }
  if (adopted.size === 0) return [];
  const people = [...adopted.values()];
  const pairs = tableOf([
    { name: 'id', kind: 'text', values: [...adopted.keys()] },
    { name: 'guid', kind: 'text', values: people.map(({ guid }) => guid) },
  ]);
  await later(
    m,
    sql`UPDATE "users" SET "connectionId" = ${connectionId}, "externalId" = w."guid" FROM (${pairs}) w
        WHERE "users"."id" = w."id"`,
  );
  await tellAdopted(ground, m, scope, [...adopted.keys()]);
  return people;
}

const isNobodysOf =
  (id: string) =>
  ({ connectionId, externalId }: NameHolder): boolean =>
    connectionId !== id || externalId === null;

async function presentOf(
  m: Writer,
  { connectionId }: DirectoryScope,
  news: readonly DirectoryPerson[],
): Promise<Map<string, User>> {
  const guids = isOneOf(news.map(({ guid }) => guid));
  const theirs = sql`a."connectionId" = ${connectionId} AND a."deletedAt" IS NULL AND a."externalId" ${guids}`;
  return new Map((await selectRows(m, UserTable, theirs)).map((user) => [user.externalId!, user]));
}

/** Updates who is known already. People may have swapped addresses: then all of them let go of theirs first. */
async function updateAll(
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  present: ReadonlyMap<string, User>,
  news: readonly DirectoryPerson[],
  holders: NameHolders,
  outcome: Outcome,
): Promise<void> {
  const round = async (people: readonly DirectoryPerson[]): Promise<DirectoryPerson[]> => {
    const left: DirectoryPerson[] = [];
    for (const person of people) {
      const problem = await update(ground, m, scope, present.get(person.guid)!, person, holders);
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
  holders: NameHolders,
): Promise<string | null> {
  if (!hasMail(person)) return 'directory.noAddress';
  const input = asInput(person);
  await freeNames(ground, m, scope, [normaliseAddress(person.mail)!], holders, user.id);
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
  { connectionId }: DirectoryScope,
  names: readonly string[],
  holders: NameHolders,
  except = '',
): Promise<void> {
  const having = names.flatMap((name) => holders.holding(name));
  const ours = having.filter((user) => user.connectionId === connectionId && user.id !== except);
  if (ours.length === 0) return;
  const gone = await rows<{ id: string }>(
    m,
    sql`SELECT "localId" AS "id" FROM "directory_entries" WHERE "directoryId" = ${connectionId}
        AND "goneAt" IS NOT NULL AND "localId" ${isOneOf(ours.map(({ id }) => id))}`,
  );
  for (const { id } of gone) {
    const user = await m.findOneBy(UserTable, { id });
    if (user?.deletedAt === null) await deletePerson(ground, m, user);
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
  before: ReadonlyMap<string, Before>,
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
  const old = news.flatMap(({ guid }) => (before.has(guid) ? guid : []));
  if (old.length > 0) {
    await later(
      m,
      sql`DELETE FROM "directory_entries" WHERE "directoryId" = ${connectionId} AND "guid" ${isOneOf(old)}`,
    );
  }
  await insertRows(m, DirectoryEntryTable, entries);
}
