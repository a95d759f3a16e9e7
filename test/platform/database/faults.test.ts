import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { EntityManager } from 'typeorm';
import { Database } from '../../../src/platform/database/database.ts';
import { type Raw, rawOf } from '../../../src/platform/database/sqlite/raw.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import type { Reader } from '../../../src/platform/database/unit.ts';
import { storage } from '../../../src/storage/storage.ts';
import { testFolder } from '../../support/folder.ts';

const insert = (m: Reader, id: string, name = 'x'): Promise<unknown> =>
  rows(m, sql`INSERT INTO "organisations" ("id", "name", "createdAt") VALUES (${id}, ${name}, ${1})`);

async function stored(db: Database): Promise<string[]> {
  return (await rows<{ id: string }>(db.read, sql`SELECT "id" FROM "organisations" WHERE "deletedAt" IS NULL`)).map(
    ({ id }) => id,
  );
}

/** The connection that the door writes on. */
const writing = (db: Database): Promise<Raw> =>
  db.write(async (m) => rawOf((m as EntityManager & typeof m).connection));

describe('the door to the database, with a disk that fails', () => {
  let db: Database;
  beforeEach(async () => {
    db = await Database.open(join(testFolder(), 'faults.db'), storage);
  });
  afterEach(() => db.close());

  it('security check 39: stores exactly what it acknowledged when the disk is full, and goes on when there is room again', async () => {
    const raw = await writing(db);
    const pages = raw.pragma('page_count', { simple: true }) as number;
    raw.pragma(`max_page_count = ${pages + 200}`);
    const write = (id: number): Promise<unknown> =>
      db.write(async (m) => {
        await insert(m, `${id}-a`, 'x'.repeat(10_000));
        await insert(m, `${id}-b`);
      });
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, (_, id) => write(id)));
    const kept = outcomes.flatMap(({ status }, id) => (status === 'fulfilled' ? [`${id}-a`, `${id}-b`] : []));
    const codes = new Set(outcomes.flatMap((each) => (each.status === 'rejected' ? [codeOf(each.reason)] : [])));
    assert.deepEqual([...codes], ['SQLITE_FULL']);
    assert.ok(kept.length > 0);
    assert.deepEqual((await stored(db)).toSorted(), kept.toSorted());
    raw.pragma(`max_page_count = ${pages + 2000}`);
    await Promise.all(Array.from({ length: 100 }, (_, i) => write(1000 + i)));
    assert.equal((await stored(db)).length, kept.length + 200);
  });

  it('answers every unit when COMMIT and ROLLBACK both fail, and works again', async () => {
    const raw = await writing(db);
    const exec = raw.exec.bind(raw);
    let fails = 1;
    raw.exec = (text: string): unknown => {
      if (text === 'ROLLBACK' && fails-- > 0)
        throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
      return exec(text);
    };
    const outcomes = await Promise.allSettled([
      db.write((m) => insert(m, 'innocent')),
      db.write(async (m) => {
        // Checked at the COMMIT only, which then fails.
        await rows(m, sql`PRAGMA defer_foreign_keys = ON`);
        await rows(m, sql`CREATE TABLE "child" ("of" text REFERENCES "organisations" ("id"))`);
        await rows(m, sql`INSERT INTO "child" ("of") VALUES (${'nobody'})`);
      }),
    ]);
    const codes = outcomes.map((each) => each.status === 'rejected' && codeOf(each.reason));
    assert.deepEqual(codes, ['SQLITE_CONSTRAINT_FOREIGNKEY', 'SQLITE_CONSTRAINT_FOREIGNKEY']);
    assert.ok(raw.inTransaction, 'the ROLLBACK has failed');
    await db.write((m) => insert(m, 'after'));
    assert.deepEqual(await stored(db), ['after']);
  });
});

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code);
