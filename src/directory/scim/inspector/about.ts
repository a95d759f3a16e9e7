import { rows } from '../../../platform/database/run.ts';
import { list, sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import { nobodyOf } from '../../../trail/people/keys.ts';
import { personMeant } from '../../../users/meant.ts';
import { queryOf } from '../http/query.ts';
import type { Seen } from './seen.ts';

/** Whom a request is about: the resource that it names, and the person under whose key the rest is sealed. */
export interface About {
  subjectType: 'User' | 'Group' | null;
  subjectId: string | null;
  person: string;
}

const typeOf: ReadonlyMap<string, 'User' | 'Group'> = new Map([
  ['Users', 'User'],
  ['Groups', 'Group'],
]);

/** Whom each request of a batch is about: at most three statements for all of them, and one for each who is searched. */
export async function whomFor(on: Reader, batch: readonly Seen[]): Promise<Map<Seen, About>> {
  const named = new Map(batch.map((seen) => [seen, namedBy(seen)]));
  const unsure = [...named].flatMap(([seen, it]) => (it && !it.isSure ? [{ ...it, seen }] : []));
  const there = await existing(on, unsure);
  const about = new Map<Seen, About>();
  for (const seen of batch) {
    const it = named.get(seen);
    const isKnown = it && (it.isSure || there.has(placeOf(seen.key.connectionId, it.id)));
    const subject = isKnown ? it : undefined;
    about.set(seen, {
      subjectType: subject?.type ?? null,
      subjectId: subject?.id ?? null,
      person: subject?.type === 'User' ? subject.id : await meantBy(on, seen),
    });
  }
  return about;
}

interface Named {
  type: 'User' | 'Group';
  id: string;
  /** Whether it is known to be of this connection; else the path alone says so. */
  isSure: boolean;
}

function namedBy(seen: Seen): Named | undefined {
  const [endpoint = '', id = ''] = seen.segments();
  const type = typeOf.get(endpoint);
  if (seen.changed) return { type: seen.changed.type, id: seen.changed.id, isSure: true };
  if (!type) return undefined;
  if (seen.answeredId !== null) return { type, id: seen.answeredId, isSure: true };
  if (/^[\w-]{1,64}$/.test(id)) return { type, id, isSure: false };
  return undefined;
}

const placeOf = (connectionId: string, id: string): string => `${connectionId} ${id}`;

/** Which of these are there, or were: of whoever is erased, only the key's grave tells. */
async function existing(on: Reader, unsure: readonly (Named & { seen: Seen })[]): Promise<Set<string>> {
  const found = new Set<string>();
  const [users, groups] = (['User', 'Group'] as const).map((wanted) =>
    unsure.flatMap(({ type, id }) => (type === wanted ? [id] : [])),
  );
  type Row = { id: string; connectionId: string };
  if (users!.length > 0) {
    const all = await rows<Row>(on, sql`SELECT "id", "connectionId" FROM "users" WHERE "id" IN (${list(users!)})`);
    for (const { id, connectionId } of all) found.add(placeOf(connectionId, id));
    const erased = await rows<{ personId: string }>(
      on,
      sql`SELECT "personId" FROM "trail_person_keys" WHERE "personId" IN (${list(users!)}) AND "erasedAt" IS NOT NULL`,
    );
    const gone = new Set(erased.map(({ personId }) => personId));
    for (const { id, seen } of unsure) if (gone.has(id)) found.add(placeOf(seen.key.connectionId, id));
  }
  if (groups!.length > 0) {
    const all = await rows<Row>(
      on,
      sql`SELECT "id", "connectionId" FROM "directory_groups" WHERE "id" IN (${list(groups!)})`,
    );
    for (const { id, connectionId } of all) found.add(placeOf(connectionId, id));
  }
  return found;
}

/** Who is meant by a name that was sent: whoever is erased takes it with them. Else it is of nobody known. */
async function meantBy(on: Reader, seen: Seen): Promise<string> {
  const { organisationId, accountId } = seen.key;
  for (const typed of namesIn(seen)) {
    const person = await personMeant(on, { organisationId, accountId }, typed);
    if (person !== undefined) return person;
  }
  return nobodyOf(organisationId, seen.at);
}

const mostNames = 4;

/** What may be a person's name: addresses, and what a filter quotes. */
function* namesIn(seen: Seen): Generator<string> {
  const { body } = seen.body();
  const { userName } = (body ?? {}) as { userName?: unknown };
  const names = new Set<string>();
  if (typeof userName === 'string') names.add(userName);
  const filter = queryOf(seen.url.searchParams).get('filter') ?? '';
  for (const [, quoted = ''] of filter.matchAll(/"([^"]{1,320})"/g)) names.add(quoted);
  const texts = [
    decoded(seen.url.pathname),
    filter,
    seen.error?.message ?? '',
    body === undefined ? '' : JSON.stringify(body),
  ];
  for (const [address] of texts.join(' ').matchAll(/[^\s"'<>()[\],;:/]{1,64}@[^\s"'<>()[\],;:/]{1,253}/g)) {
    names.add(address);
    if (names.size >= mostNames) break;
  }
  yield* [...names].slice(0, mostNames);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
