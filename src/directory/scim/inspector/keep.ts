import { lazily } from '../../../platform/database/database.ts';
import { insertRows } from '../../../platform/database/insert.ts';
import { later, rows } from '../../../platform/database/run.ts';
import { isOneOf, sql } from '../../../platform/database/sql.ts';
import type { Ground } from '../../../trail/ground.ts';
import { type About, whomFor } from './about.ts';
import { type Content, sealContent } from './content.ts';
import { differencesOf } from './difference.ts';
import { deletionBeyondLast, type Lying } from './last.ts';
import { asLine, cutText, keptQuery, pathWithoutSecrets, withoutSecrets } from './redact.ts';
import { type KeptRequest, KeptRequestTable } from './request.entity.ts';
import type { Seen } from './seen.ts';

/** Writes requests in one unit of work, and deletes now and then those of their keys that are no longer among the last. */
export async function keepRequests(ground: Ground, lying: Lying, batch: readonly Seen[]): Promise<void> {
  const about = await whomFor(ground.db.read, batch);
  const ready: Ready[] = [];
  for (const seen of batch) {
    ready.push(readyToKeep(seen, about.get(seen)!));
    // Directories are answered meanwhile.
    if (ready.length % atOnce === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const counts = new Map([...Map.groupBy(batch, ({ key }) => key.id)].map(([keyId, { length }]) => [keyId, length]));
  const due = [...counts].filter(([keyId, count]) => lying.isDue(keyId, count)).map(([keyId]) => keyId);
  await ground.db.write(async (m) => {
    // A key may have gone with its connection since.
    const there = new Set(
      (await rows<{ id: string }>(m, sql`SELECT "id" FROM "scim_keys" WHERE "id" ${isOneOf([...counts.keys()])}`)).map(
        ({ id }) => id,
      ),
    );
    const kept: KeptRequest[] = [];
    for (const { row, person, content } of ready)
      if (there.has(row.keyId))
        kept.push({ ...row, ...(await sealContent(m, ground.trail.people, row, person, content)) });
    await insertRows(m, KeptRequestTable, kept, 'pass over');
    for (const keyId of due) await later(m, deletionBeyondLast(keyId));
  }, lazily);
  for (const [keyId, count] of counts) lying.wrote(keyId, count, due.includes(keyId));
  for (const seen of batch) seen.writtenTimes = seen.times;
}

/** Requests that are looked at without a pause. */
const atOnce = 10;

interface Ready {
  row: Omit<KeptRequest, 'person' | 'digest' | 'sealed'>;
  person: string;
  content: Content;
}

/** Writes how many requests of a flood came since its line was written. */
export async function keepCounts(ground: Ground, floods: readonly Seen[]): Promise<void> {
  for (const seen of floods) {
    const { id, times, lastAt, writtenTimes } = seen;
    if (writtenTimes === 0 || writtenTimes === times) continue;
    await ground.db.write(
      (m) => rows(m, sql`UPDATE "scim_requests" SET "times" = ${times}, "lastAt" = ${lastAt} WHERE "id" = ${id}`),
      lazily,
    );
    seen.writtenTimes = times;
  }
}

function readyToKeep(seen: Seen, { subjectType, subjectId, person }: About): Ready {
  const path = plainPath(seen, subjectId);
  const { content, bodyState } = contentOf(seen, path);
  return { row: { ...seen.row(path), subjectType, subjectId, bodyState }, person, content };
}

const endpoints = new Set(['Users', 'Groups', 'Bulk', 'Me', 'Schemas', 'ResourceTypes', 'ServiceProviderConfig']);
/** What stands for a part of a path that may tell of a person. */
const untold = '…';

/** The path as far as it tells of nobody: what is no endpoint, and no id of a resource that is known, is left out. */
function plainPath(seen: Seen, subjectId: string | null): string {
  const [endpoint = '', ...rest] = seen.segments();
  const first = endpoints.has(endpoint) || endpoint === '.search' ? endpoint : untold;
  if (rest.length === 0) return `/${first}`;
  const [second = ''] = rest;
  const isTold = rest.length === 1 && (second === subjectId || second === '.search' || second === '');
  return `/${first}/${isTold ? second : untold}`;
}

const mostOfTarget = 512;

function contentOf(seen: Seen, path: string): { content: Content; bodyState: KeptRequest['bodyState'] } {
  const { body, state, sent } = seen.body();
  const { changed, error, operations, url } = seen;
  const query = keptQuery(url.searchParams);
  const shown = cutText(pathWithoutSecrets(`/${seen.segments().join('/')}`), mostOfTarget);
  const target = asLine(shown + (query && `?${query}`));
  const content: Content = {
    ...(target !== path && { target }),
    ...(changed && {
      name: nameIn(changed.after ?? changed.before),
      became: changed.before === null ? ('created' as const) : changed.after === null ? 'deleted' : 'changed',
      differences: differencesOf(changed),
    }),
    ...(changed?.moved && { moved: changed.moved.toJSON() }),
    ...(operations && { operations }),
    ...(error && { detail: asLine(withoutSecrets(cutText(error.message, 1_024))) }),
    ...(!changed && namedIn(body)),
    ...(body !== undefined && { body }),
    ...(sent.length > 0 && { sent }),
  };
  return { content, bodyState: state };
}

function nameIn(attributes: Record<string, unknown> | null): string {
  const { userName, displayName } = attributes ?? {};
  const name = typeof userName === 'string' ? userName : displayName;
  return typeof name === 'string' ? asLine(cutText(withoutSecrets(name), 320)) : '';
}

/** What a refused request calls whom it is about. */
function namedIn(body: unknown): { name: string } | undefined {
  const name = body !== null && typeof body === 'object' ? nameIn(body as Record<string, unknown>) : '';
  return name === '' ? undefined : { name };
}
