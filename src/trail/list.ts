import { In } from 'typeorm';
import { rows } from '../platform/database/run.ts';
import { join, sql } from '../platform/database/sql.ts';
import type { Ground } from './ground.ts';
import { openRecords } from './people/open.ts';
import { type TrailRecord, TrailRecordTable } from './record.entity.ts';

export interface TrailQuery {
  organisationId: string;
  accountId?: string;
  eventName?: string;
  /** Leaves out the records of reads. */
  changesOnly?: boolean;
  /** Only records whose id sorts before this one: the last id of the page before. */
  before?: string;
  limit: number;
}

/** An organisation's records, newest first, at most `limit`; what was erased says so. */
export async function listTrail({ db, seal }: Pick<Ground, 'db' | 'seal'>, query: TrailQuery): Promise<TrailRecord[]> {
  const on = db.read;
  const conditions = [sql`"organisationId" = ${query.organisationId}`];
  if (query.accountId) conditions.push(sql`"accountId" = ${query.accountId}`);
  if (query.eventName) conditions.push(sql`"eventName" = ${query.eventName}`);
  if (query.changesOnly) conditions.push(sql`"readOnly" = ${false}`);
  if (query.before) conditions.push(sql`"id" < ${query.before}`);
  const ids = await rows<{ id: string }>(
    on,
    sql`SELECT "id" FROM "trail_records" WHERE ${join(conditions, ' AND ')} ORDER BY "id" DESC LIMIT ${query.limit}`,
  );
  const found = await on.find(TrailRecordTable, { where: { id: In(ids.map(({ id }) => id)) }, order: { id: 'DESC' } });
  return openRecords(on, seal, found);
}
