import assert from 'node:assert/strict';
import { OrganisationTable } from '../../../../src/accounts/organisations/organisation.entity.ts';
import { Database } from '../../../../src/platform/database/database.ts';
import { refreshStatistics } from '../../../../src/platform/database/postgres/statistics.ts';
import { firstRow, rows } from '../../../../src/platform/database/run.ts';
import { sql } from '../../../../src/platform/database/sql.ts';
import type { Writer } from '../../../../src/platform/database/unit.ts';
import { storage } from '../../../../src/storage/storage.ts';
import { migratedDatabase, needPostgres } from '../../../support/postgres.ts';

describe('statistics of PostgreSQL', () => {
  let db: Database;
  before(async function () {
    await needPostgres(this);
    db = await Database.open(await migratedDatabase(), storage);
  });
  after(() => db?.close());

  const insert = (m: Writer, from: number, to: number): Promise<unknown> =>
    rows(
      m,
      sql`INSERT INTO "organisations" ("id", "name", "createdAt")
          SELECT CAST(i AS text), 'x', 1 FROM generate_series(CAST(${from} AS int), CAST(${to} AS int)) i`,
    );
  const known = async (): Promise<number | undefined> =>
    (
      await firstRow<{ n: number }>(
        db.read,
        sql`SELECT CAST(reltuples AS int) AS "n" FROM pg_class WHERE relname = 'organisations'`,
      )
    )?.n;

  it('are made anew when a table has outgrown them, and not before', async () => {
    const push = (from: number, to: number): Promise<unknown> => db.write((m) => insert(m, from, to));
    const present = await db.read.count(OrganisationTable);
    await push(1, 2_000);
    assert.deepEqual(await refreshStatistics(db), ['organisations']);
    assert.equal(await known(), present + 2_000);
    await push(2_001, 2_600);
    assert.deepEqual(await refreshStatistics(db), [], 'a quarter more');
    await push(2_601, 5_000);
    assert.deepEqual(await refreshStatistics(db), ['organisations']);
    assert.equal(await known(), present + 5_000);
  });

  it('are made anew after they were made in the middle of a unit of work', async () => {
    const present = await db.read.count(OrganisationTable);
    const [inserted, looked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const unit = db.write(async (m) => {
      await insert(m, 10_001, 30_000);
      inserted.resolve();
      await looked.promise;
      await rows(m, sql`SELECT pg_stat_force_next_flush()`); // else the server counts it up to ten seconds later
    });
    await inserted.promise;
    assert.deepEqual(await refreshStatistics(db), ['organisations']);
    assert.equal(await known(), present);
    looked.resolve();
    await unit;
    assert.deepEqual(await refreshStatistics(db), ['organisations']);
    assert.equal(await known(), present + 20_000);
    assert.deepEqual(await refreshStatistics(db), []);
  });
});
