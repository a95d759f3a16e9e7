import { domainOf } from '../../../../accounts/domains/name.ts';
import { clock } from '../../../../platform/clock/clock.ts';
import { chunks } from '../../../../platform/database/chunks.ts';
import { rows } from '../../../../platform/database/run.ts';
import { isOneOf, sql } from '../../../../platform/database/sql.ts';
import type { Reader } from '../../../../platform/database/unit.ts';
import type { Ground } from '../../../../trail/ground.ts';
import { liftNoOfMany, sayNoToMany } from '../../../../users/lifecycle/many.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';
import type { DirectoryEntry } from '../state/entry.entity.ts';
import { forgetAbsent } from '../absences.ts';
import { asDirectory } from '../unit.ts';
import { verifiedDomains } from './domains.ts';
import { contentHashOf, type DirectoryPerson, saysNo, saysYes, stateUnreadable } from './person.ts';
import { writePeople } from './write.ts';

/** People whom one unit writes: soon done, so that nobody's sign-in waits for it. */
const peopleAtOnce = 500;

/**
 * Makes Carillon's people what the directory says of these entries: first whom it says no to, since that cannot wait;
 * then the changes, those who are new, and whose no it took back. Entries that did not change cost a look-up.
 */
export async function applyPeople(
  ground: Ground,
  scope: DirectoryScope,
  people: readonly DirectoryPerson[],
): Promise<void> {
  const on = ground.db.read;
  const verified = await verifiedDomains(on, scope);
  // An entry that was changed while it was read can come twice; the later one is as it is now.
  const each = [...new Map(people.map((person) => [person.guid, person])).values()];
  for (const some of chunks(each, peopleAtOnce)) {
    const known = await entriesOf(on, scope, some);
    const refused = await refusedOf(
      on,
      [...known.values()].flatMap(({ userId }) => userId ?? []),
    );
    const isKnown = (person: DirectoryPerson): boolean => {
      const entry = known.get(person.guid);
      if (!entry || entry.contentHash !== contentHashOf(person)) return false;
      return isSettled(entry) || (entry.goneAt === null && isStuck(entry.problem, person, verified));
    };
    await obeyNo(ground, scope, some, known, refused);
    const news = some.filter((person) => !isKnown(person));
    const written = news.length > 0 ? await writePeople(ground, scope, news) : new Map<string, string>();
    // Among those who were written may be some whom the account kept, with a no of before.
    if (written.size > 0 || refused.size > 0) {
      await obeyYes(ground, scope, some, ({ guid }) => written.get(guid) ?? known.get(guid)?.userId ?? null);
    }
  }
}

/** An entry as it was remembered; `userId` is null when its person is none any more, or never was one. */
type Known = Pick<DirectoryEntry, 'guid' | 'contentHash' | 'goneAt' | 'problem'> & { userId: string | null };

const isSettled = ({ goneAt, problem, userId }: Known): boolean =>
  goneAt === null && problem === null && userId !== null;

/** Whether what stood in the way of an entry, which is as it was, still does: then it is not tried again. */
const isStuck = (problem: string | null, { mail }: DirectoryPerson, verified: ReadonlySet<string>): boolean =>
  problem === 'directory.noAddress' ||
  problem === stateUnreadable ||
  (problem === 'user.domainNotVerified' && mail !== null && !verified.has(domainOf(mail) ?? ''));

export async function entriesOf(
  on: Reader,
  { connectionId }: DirectoryScope,
  people: readonly DirectoryPerson[],
): Promise<Map<string, Known>> {
  const found = await rows<Known>(
    on,
    sql`SELECT e."guid", e."contentHash", e."goneAt", e."problem", u."id" AS "userId" FROM "directory_entries" e
        LEFT JOIN "users" u ON u."id" = e."localId" AND u."deletedAt" IS NULL
        WHERE e."directoryId" = ${connectionId} AND e."guid" ${isOneOf(people.map(({ guid }) => guid))}`,
  );
  return new Map(found.map((entry) => [entry.guid, entry]));
}

/** Who of these people has the directory's no at the moment. */
async function refusedOf(on: Reader, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const found = await rows<{ userId: string }>(
    on,
    sql`SELECT "userId" FROM "user_causes" WHERE "cause" = 'directory' AND "userId" ${isOneOf(ids)}`,
  );
  return new Set(found.map(({ userId }) => userId));
}

/** Whether an entry, which became nobody, is as it was then, and what stood in its way still does. */
export async function isAsItFailed(
  on: Reader,
  scope: DirectoryScope,
  { contentHash, goneAt, problem }: Known,
  person: DirectoryPerson,
): Promise<boolean> {
  if (goneAt !== null || contentHash !== contentHashOf(person)) return false;
  return isStuck(problem, person, await verifiedDomains(on, scope));
}

async function obeyNo(
  ground: Ground,
  scope: DirectoryScope,
  people: readonly DirectoryPerson[],
  known: ReadonlyMap<string, Known>,
  refused: ReadonlySet<string>,
): Promise<void> {
  const now = clock.now();
  const ids = people.filter((person) => saysNo(person, now)).flatMap(({ guid }) => known.get(guid)?.userId ?? []);
  const news = ids.filter((id) => !refused.has(id));
  if (news.length > 0)
    await refuse(ground, scope, news, { because: 'the directory disabled them, or their time is over' });
}

/** The directory's no to these people, in one unit of work with its record. */
export async function refuse(
  ground: Ground,
  scope: DirectoryScope,
  userIds: readonly string[],
  requestParameters: Record<string, unknown>,
): Promise<void> {
  for (const some of chunks(userIds, peopleAtOnce)) {
    const about = some.length === 1 && { about: some[0]! };
    const action = { eventName: 'DeactivateUser', beside: true, requestParameters, ...about };
    await asDirectory(ground, scope, action, async (m) => {
      const told = await sayNoToMany(ground, m, scope, some, 'directory', scope.connectionId);
      return { result: undefined, responseElements: { userIds: told } };
    });
  }
}

/** @param idOf who an entry is; whoever was made of one just now has no no that could be lifted */
async function obeyYes(
  ground: Ground,
  scope: DirectoryScope,
  people: readonly DirectoryPerson[],
  idOf: (person: DirectoryPerson) => string | null,
): Promise<void> {
  const now = clock.now();
  const ids = people.filter((person) => saysYes(person, now)).flatMap((person) => idOf(person) ?? []);
  const lifted = [...(await refusedOf(ground.db.read, ids))];
  if (lifted.length === 0) return;
  await asDirectory(ground, scope, { eventName: 'ActivateUser', beside: true }, async (m) => {
    await forgetAbsent(m, scope.connectionId, lifted);
    return {
      result: undefined,
      responseElements: { userIds: await liftNoOfMany(ground, m, lifted, 'directory') },
    };
  });
}
