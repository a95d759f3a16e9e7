import { rows } from '../../../platform/database/run.ts';
import { selectRows } from '../../../platform/database/select.ts';
import { join, list, sql, type Sql } from '../../../platform/database/sql.ts';
import { fold } from '../../../platform/text/fold.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Scope } from '../../../users/lifecycle/out.ts';
import { directoryErrors } from '../../errors.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import { openContents } from './content.ts';
import { allKeysOf } from './keys.ts';
import { oldestOfLast } from './last.ts';
import { namesFor } from './names.ts';
import { type KeptRequest, KeptRequestTable } from './request.entity.ts';
import { type KeptView, type Opened, viewOf } from './view.ts';

export interface RequestQuery extends Scope {
  keyId?: string | undefined;
  /** Only what was refused, or only what was done. */
  outcome?: 'failed' | 'done' | undefined;
  status?: number | undefined;
  method?: string | undefined;
  /** A part of a name or an address, or an id: of the user or group that it was about, or that it names. */
  who?: string | undefined;
  /** Only those that came before this one. */
  before?: string | undefined;
  limit: number;
}

type Ask = Pick<Ground, 'db' | 'seal'>;

/** Requests that one statement reads while somebody is looked for. */
const slice = 200;

/** The kept requests of an account's directory, newest first. */
export async function listRequests(
  { db, seal }: Ask,
  query: RequestQuery,
): Promise<{ requests: KeptView[]; more: boolean }> {
  const { who = '', limit } = query;
  const wanted = fold(who.trim());
  const size = wanted === '' ? limit + 1 : slice;
  const found: Opened[] = [];
  for (let before = query.before, more = true; more && found.length <= limit;) {
    const read = await readSome(db.read, { ...query, before }, size);
    const opened = await openContents(db.read, seal, read);
    found.push(...(wanted === '' ? opened : await about(db, query, opened, wanted)));
    more = wanted !== '' && read.length === size;
    before = read.at(-1)?.id;
    if (more) await new Promise((resolve) => setImmediate(resolve)); // others' requests wait for none of this
  }
  const shown = found.slice(0, limit);
  const names = await namesFor(db.read, query, shown);
  return { requests: shown.map((each) => viewOf(each, names)), more: found.length > limit };
}

/** One kept request. @throws scimRequest.notFound, also for one of another account */
export async function findRequest({ db, seal }: Ask, scope: Scope, id: string): Promise<KeptView> {
  const opened = await openRequest({ db, seal }, scope, id);
  return viewOf(opened, await namesFor(db.read, scope, [opened]));
}

/** The same as it is stored, and opened. @throws scimRequest.notFound */
export async function openRequest({ db, seal }: Ask, scope: Scope, id: string): Promise<Opened> {
  const { organisationId, accountId } = scope;
  const kept = await selectRows(
    db.read,
    KeptRequestTable,
    sql`"organisationId" = ${organisationId} AND "accountId" = ${accountId} AND "id" = ${id}`,
  );
  const [opened] = await openContents(db.read, seal, kept);
  if (!opened) throw directoryErrors('scimRequest.notFound');
  return opened;
}

async function readSome(on: Reader, query: RequestQuery, limit: number): Promise<KeptRequest[]> {
  const { keyId, outcome, status, method, before } = query;
  const keys = (await allKeysOf(on, query)).filter(({ id }) => !keyId || id === keyId);
  if (keys.length === 0) return [];
  const conditions: Sql[] = [];
  if (outcome === 'failed') conditions.push(sql`"status" >= 400`);
  if (outcome === 'done') conditions.push(sql`"status" < 400`);
  if (status) conditions.push(sql`"status" = ${status}`);
  if (method) conditions.push(sql`"method" = ${method}`);
  if (before) conditions.push(sql`"id" < ${before}`);
  // The newest of each key by its index, and of those the newest: rows are written often, and read seldom.
  const ofEach = keys.map(({ id }) => {
    const isKept = sql`"id" >= COALESCE(${oldestOfLast(id)}, '')`;
    const where = join([sql`"keyId" = ${id}`, isKept, ...conditions], ' AND ');
    return sql`SELECT "id" FROM (SELECT "id" FROM "scim_requests" WHERE ${where} ORDER BY "id" DESC LIMIT ${limit}) k`;
  });
  const found = await rows<{ id: string }>(
    on,
    sql`SELECT "id" FROM (${join(ofEach, ' UNION ALL ')}) r ORDER BY "id" DESC LIMIT ${limit}`,
  );
  const ids = found.map(({ id }) => id);
  return selectRows(on, KeptRequestTable, sql`"id" IN (${list(ids)}) ORDER BY "id" DESC`);
}

/** Those of them that are about somebody, by whatever was sent and by what they are called now. */
async function about({ read }: Ask['db'], scope: Scope, opened: Opened[], wanted: string): Promise<Opened[]> {
  const names = await namesFor(read, scope, opened);
  return opened.filter((each) => {
    const { subjectId, content } = each;
    const ids = [subjectId, ...(content.moved?.addedIds ?? []), ...(content.moved?.removedIds ?? [])];
    const called = ids.flatMap((id) => (id === null ? [] : [id, ...(names.get(id)?.names ?? [])]));
    const { body, ...rest } = content;
    return fold([...called, JSON.stringify(rest), body === undefined ? '' : JSON.stringify(body)].join('\n')).includes(
      wanted,
    );
  });
}
