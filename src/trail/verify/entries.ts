import { rows } from '../../platform/database/run.ts';
import { type Sql, sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import type { ChainEntry } from '../seals/chain.entity.ts';
import { type StoredRecord, storedColumns } from '../seals/chain.ts';
import type { Named } from './findings.ts';

/** Entries of a chain that are read at once. */
const pageSize = 500;
const recordsAtOnce = 2_000;

/** An entry with the record that it is of, as both are stored. */
export interface Sealed {
  entry: ChainEntry;
  record: (StoredRecord & { sealedValues: string | null }) | null;
  /** Where the record itself says that it stands. */
  position: number | null;
}

interface Row extends Omit<StoredRecord, 'id'> {
  id: string | null;
  sealedValues: string | null;
  recordPosition: string | number | null;
  entryPosition: string | number;
  version: string | number;
  recordId: string;
  entryEvent: string;
  entryTime: string | number;
  digest: string;
  hash: string;
}

/** The entries of a chain behind a place, in their order, up to another: one page. */
export async function entriesAfter(on: Reader, chainId: string, after: number, upTo: number | null): Promise<Sealed[]> {
  const found = await rows<Row>(
    on,
    sql`SELECT ${storedColumns('r')}, r."sealedValues", r."position" AS "recordPosition",
          c."position" AS "entryPosition", c."version", c."recordId", c."eventName" AS "entryEvent",
          c."eventTime" AS "entryTime", c."digest", c."hash"
        FROM "trail_chain" c LEFT JOIN "trail_records" r ON r."id" = c."recordId"
        WHERE c."chainId" = ${chainId} AND c."position" > ${after}
          ${upTo === null ? sql`` : sql`AND c."position" <= ${upTo}`}
        ORDER BY c."position" LIMIT ${pageSize}`,
  );
  return found.map((row) => ({
    entry: {
      chainId,
      position: Number(row.entryPosition),
      version: Number(row.version),
      recordId: row.recordId,
      eventName: row.entryEvent,
      eventTime: Number(row.entryTime),
      digest: row.digest,
      hash: row.hash,
    },
    record: row.id === null ? null : { ...row, id: row.id },
    position: row.recordPosition === null ? null : Number(row.recordPosition),
  }));
}

const within = (organisationId: string | null): Sql =>
  organisationId === null ? sql`r."organisationId" IS NULL` : sql`r."organisationId" = ${organisationId}`;

/** The first record that says it is sealed, and is not: looked for in pieces, so that nobody waits long. */
export async function firstInserted(
  on: Reader,
  chainId: string,
  organisationId: string | null,
  rest: () => Promise<void>,
): Promise<Named | null> {
  let first: (Named & { position: number }) | null = null;
  for (let after = ''; ;) {
    const [end] = await rows<{ id: string }>(
      on,
      sql`SELECT r."id" FROM "trail_records" r WHERE ${within(organisationId)} AND r."id" > ${after}
          ORDER BY r."id" LIMIT 1 OFFSET ${recordsAtOnce - 1}`,
    );
    const found = await rows<{ id: string; eventName: string; eventTime: string; position: string }>(
      on,
      sql`SELECT r."id", r."eventName", r."eventTime", r."position" FROM "trail_records" r
          WHERE ${within(organisationId)} AND r."id" > ${after} ${end ? sql`AND r."id" <= ${end.id}` : sql``}
            AND r."position" IS NOT NULL AND NOT EXISTS (
              SELECT 1 FROM "trail_chain" c WHERE c."recordId" = r."id" AND c."chainId" = ${chainId})
          ORDER BY r."position" LIMIT 1`,
    );
    for (const { id, eventName, eventTime, position } of found) {
      if (first && first.position <= Number(position)) continue;
      first = { position: Number(position), recordId: id, eventName, eventTime: Number(eventTime) };
    }
    if (!end) return first;
    after = end.id;
    await rest();
  }
}

/** The record that says it stands at a place whose entry is gone. */
export async function recordAt(on: Reader, organisationId: string | null, position: number): Promise<Named> {
  const [found] = await rows<{ id: string; eventName: string; eventTime: string }>(
    on,
    sql`SELECT r."id", r."eventName", r."eventTime" FROM "trail_records" r
        WHERE ${within(organisationId)} AND r."position" = ${position} LIMIT 1`,
  );
  if (!found) return { position };
  return { position, recordId: found.id, eventName: found.eventName, eventTime: Number(found.eventTime) };
}

/** How many records of an organisation wait to be sealed. */
export async function countWaiting(on: Reader, organisationId: string | null): Promise<number> {
  const [row] = await rows<{ waiting: string | number }>(
    on,
    sql`SELECT COUNT(*) AS "waiting" FROM "trail_records" r WHERE r."position" IS NULL AND ${within(organisationId)}`,
  );
  return Number(row?.waiting ?? 0);
}
