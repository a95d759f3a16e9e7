import { type Sql, sql } from '../../../platform/database/sql.ts';
import { engineOf, firstRow } from '../../../platform/database/run.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import { personal } from '../../../trail/people/personal.ts';
import { withoutSecrets } from '../inspector/redact.ts';
import { isGoodKey } from '../keys/keys.ts';
import { scimError } from '../protocol/errors.ts';
import { compileFilter, compileForAll, type Stored } from '../protocol/filter.ts';
import { cursorResponse, listResponse } from '../protocol/messages.ts';
import type { Resource } from '../protocol/present.ts';
import type { Projection } from '../protocol/projection.ts';
import { sortKeysOf } from '../protocol/sort.ts';
import { cursorAt, positionOf } from './cursor.ts';
import { countAll, findPart, type Found, type Part, rowsOfPart } from './page.ts';
import { type ListQuery, listQueryOf, searchQuery } from './query.ts';
import { projectionOf, type ScimReply, type ScimRequest } from './request.ts';
import { type Scanned, scanPart } from './scan.ts';
import type { Asking } from './stored.ts';
import { createTurns } from './turns.ts';

/** One type of resources, as lists find and show it. */
export interface Listed {
  type: 'User' | 'Group';
  id: Sql;
  stored: (asking: Asking) => Stored;
  /** A table with its alias, and the condition that it is of the connection; with what a filter's indexes need. */
  from: (asking: Asking, filter: Sql | null) => Sql;
  /** As many from the beginning as go on one page; all of them without it. */
  fitting?: (on: Reader, ids: readonly string[], projection: Projection) => Promise<string[]>;
  show: (on: Reader, ids: readonly string[], asking: Asking, projection: Projection) => Promise<Map<string, Resource>>;
  /**
   * Finds and shows a part of them (`rowsOfPart`) by one statement.
   * @param isFew whether few fit, so that whatever fits may be read whole
   */
  showPart?: (on: Reader, part: Sql, isFew: boolean, asking: Asking, projection: Projection) => Promise<Resource[]>;
}

/** What lists of these types of resources are called: in a cursor, and in the trail. */
export interface Listing {
  types: readonly Listed[];
  endpoint: string;
  eventName: string;
}

/** GET of a list (RFC 7644 §3.4.2). */
export const list =
  (listing: Listing) =>
  (request: ScimRequest): Promise<ScimReply> =>
    answer(listing, request, listQueryOf(request.query));

/** POST to `.search`: the same, asked in a body (RFC 7644 §3.4.3). */
export const search =
  (listing: Listing) =>
  async (request: ScimRequest): Promise<ScimReply> => {
    const query = searchQuery(await request.body());
    await requireGoodKey(request); // a body can take its time
    return answer(listing, { ...request, query, projection: projectionOf(query) }, listQueryOf(query));
  };

/** To be asked after whatever may have taken its time; a replay is an administrator's. @throws scim.keyRefused */
async function requireGoodKey({ ground, keyId, pass, replay }: ScimRequest): Promise<void> {
  if (!replay && !(await isGoodKey(ground.db.read, keyId))) throw scimError('scim.keyRefused');
  if (pass) pass.isProven = true;
}

/**
 * Lists that no index keeps short: whatever they ask, most connections to the database are left to others, and to the
 * look-ups of keys and sessions.
 */
const heavyTurns = createTurns({ each: 2, all: 5, waiting: 50 });

/** An index that leads to as many does not keep a list short. */
const manyRows = 2_000;

/** @throws rate.exceeded when too many lists of the connection wait */
async function answer(listing: Listing, request: ScimRequest, query: ListQuery): Promise<ScimReply> {
  const { ground, base, scope } = request;
  const on = ground.db.read;
  const asking = { engine: engineOf(on), base, scope };
  const sources = await sourcesOf(on, listing, asking, query);
  const isLight = query.filter !== null && query.sortBy === null && !sources.some(({ isScanned }) => isScanned);
  if (isLight)
    return (
      (await answerAtOnce(sources, listing, request, query, asking)) ??
      answerFrom(sources, listing, request, query, asking)
    );
  return heavyTurns(scope.connectionId, async () => {
    await requireGoodKey(request);
    return answerFrom(sources, listing, request, query, asking);
  });
}

/**
 * The answer to a look-up of somebody by an index, as directories do before each push: found and shown by one statement.
 * @returns null for a page that is more than that
 */
async function answerAtOnce(
  [source]: readonly Asked[],
  listing: Listing,
  request: ScimRequest,
  query: ListQuery,
  asking: Asking,
): Promise<ScimReply | null> {
  const { page } = query;
  const [type, another] = listing.types;
  if (!source || !type?.showPart || another || 'cursor' in page || page.count === 0) return null;
  const part = {
    isSorted: false,
    isDescending: false,
    isFiltered: true,
    offset: page.startIndex - 1,
    limit: page.count,
  };
  const on = request.ground.db.read;
  const resources = await type.showPart(on, rowsOfPart(source, part), source.isFew, asking, request.projection);
  const total = totalBy(page, resources.length) ?? (await countAll(on, [source]));
  observe(
    listing,
    request,
    query,
    total,
    resources.map(({ id }) => ({ type: type.type, id: String(id), key: null })),
  );
  return { status: 200, body: listResponse(resources, total, page.startIndex) };
}

/** A page that is not full is the last, and tells how many there are. */
const totalBy = (page: { count: number; startIndex: number }, found: number): number | undefined =>
  found < page.count && (found > 0 || page.startIndex === 1) ? page.startIndex - 1 + found : undefined;

async function answerFrom(
  sources: readonly Asked[],
  listing: Listing,
  request: ScimRequest,
  query: ListQuery,
  asking: Asking,
): Promise<ScimReply> {
  const { ground, scope, projection } = request;
  const on = ground.db.read;
  const { page } = query;
  const after =
    'cursor' in page && page.cursor !== ''
      ? positionOf(ground.seal, scope, listing.endpoint, query, page.cursor)
      : null;
  const order = {
    isSorted: query.sortBy !== null,
    isDescending: query.isDescending,
    isFiltered: query.filter !== null,
  };
  const isScan = asking.engine === 'sqlite' && sources.some(({ isScanned }) => isScanned);
  const find = async (part: Pick<Part, 'after' | 'offset' | 'limit'>, total?: number): Promise<Counted> => {
    const whole = { ...order, ...part };
    if (isScan) return scanPart(on, sources, whole, total === undefined);
    return { found: await findPart(on, asking.engine, sources, whole), total: undefined };
  };
  let body: object;
  let total: number;
  let found: Found[];
  if ('cursor' in page) {
    // One more than is shown tells whether there is a next page.
    const more = await find({ after, offset: 0, limit: page.count + 1 }, after?.total);
    found = await fitting(on, listing, more.found.slice(0, page.count), projection);
    const isLast = found.length === more.found.length;
    total = after?.total ?? more.total ?? (isLast ? found.length : await countAll(on, sources));
    const last = found.at(-1);
    const next = isLast || !last ? null : cursorAt(ground.seal, scope, listing.endpoint, query, { ...last, total });
    body = cursorResponse(await shown(on, listing, found, asking, projection), total, next);
  } else {
    const all = await find({ offset: page.startIndex - 1, limit: page.count });
    total = all.total ?? totalBy(page, all.found.length) ?? (await countAll(on, sources));
    found = await fitting(on, listing, all.found, projection);
    body = listResponse(await shown(on, listing, found, asking, projection), total, page.startIndex);
  }
  observe(listing, request, query, total, found);
  return { status: 200, body };
}

interface Counted {
  found: Found[];
  /** Known of what was looked at row by row. */
  total: number | undefined;
}

type Asked = Scanned & {
  /** Whether no index leads to what fits, and in order. */
  isScanned: boolean;
  isFew: boolean;
};

async function sourcesOf(
  on: Reader,
  { types }: Listing,
  asking: Asking,
  { filter, sortBy }: ListQuery,
): Promise<Asked[]> {
  const stored = types.map((each) => each.stored(asking));
  const compiled =
    filter === null ? [] : stored.length === 1 ? [compileFilter(filter, stored[0]!)] : compileForAll(filter, stored);
  const keys = sortBy === null ? [] : sortKeysOf(sortBy, stored);
  const many = await Promise.all(compiled.map((each) => isLong(on, each.many)));
  return types.map(({ type, id, from }, i) => ({
    type,
    id,
    from: from(asking, compiled[i]?.condition ?? null),
    whole: from(asking, null),
    key: keys[i],
    isFew: compiled[i]?.isFew ?? false,
    isScanned: compiled[i] ? !compiled[i].isServed || many[i]! : sortBy !== null,
  }));
}

/** Whether one of these has many rows; counted no further. */
async function isLong(on: Reader, all: readonly Sql[]): Promise<boolean> {
  const beyond = await Promise.all(
    all.map((from) => firstRow(on, sql`SELECT 1 FROM ${from} LIMIT 1 OFFSET ${manyRows}`)),
  );
  return beyond.some((row) => row !== null);
}

/** What goes on the page: a resource that does not ends it. */
async function fitting(on: Reader, { types }: Listing, found: Found[], projection: Projection): Promise<Found[]> {
  let end = found.length;
  for (const { type, fitting: fits } of types) {
    const ids = found.filter((each) => each.type === type).map(({ id }) => id);
    if (!fits || ids.length === 0) continue;
    const kept = new Set(await fits(on, ids, projection));
    const beyond = found.findIndex((each) => each.type === type && !kept.has(each.id));
    if (beyond >= 0) end = Math.min(end, beyond);
  }
  return found.slice(0, end);
}

async function shown(
  on: Reader,
  { types }: Listing,
  found: readonly Found[],
  asking: Asking,
  projection: Projection,
): Promise<Resource[]> {
  const resources = new Map<string, Resource>();
  for (const { type, show } of types) {
    const ids = found.filter((each) => each.type === type).map(({ id }) => id);
    if (ids.length === 0) continue;
    for (const [id, resource] of await show(on, ids, asking, projection)) resources.set(id, resource);
  }
  // Whoever was deleted since they were found is gone.
  return found.map(({ id }) => resources.get(id)).filter((resource) => resource !== undefined);
}

function observe(
  { eventName, types }: Listing,
  { ground, scope: { organisationId, accountId } }: ScimRequest,
  { filter, sortBy, page }: ListQuery,
  total: number,
  found: readonly Found[],
): void {
  const only = filter !== null && total === 1 && found.length === 1 ? found[0] : undefined;
  const isOfPeople = types.some(({ type }) => type === 'User');
  const kept = filter === null ? undefined : withoutSecrets(filter.slice(0, 1_024)).slice(0, 256);
  ground.trail.observed({
    eventName,
    organisationId,
    accountId,
    // A directory looks for one person by their name before it pushes them.
    ...(only?.type === 'User' && { about: only.id }),
    requestParameters: {
      ...('cursor' in page ? { count: page.count } : { startIndex: page.startIndex, count: page.count }),
      ...(sortBy !== null && { sortBy: withoutSecrets(sortBy.slice(0, 1_024)).slice(0, 128) }),
      ...(kept !== undefined && { filter: isOfPeople ? personal(kept) : kept }),
    },
  });
}
