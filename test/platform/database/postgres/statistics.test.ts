import assert from 'node:assert/strict';
import { OrganisationTable } from '../../../../src/accounts/organisations/organisation.entity.ts';
import { Database } from '../../../../src/platform/database/database.ts';
import { refreshStatistics } from '../../../../src/platform/database/postgres/statistics.ts';
import { firstRow, rows } from '../../../../src/platform/database/run.ts';
import { sql } from '../../../../src/platform/database/sql.ts';
import { storage } from '../../../../src/storage/storage.ts';
import { migratedDatabase, needPostgres } from '../../../support/postgres.ts';

describe('statistics of PostgreSQL', () => {
  let db: Database;
  before(async function () {
    await needPostgres(this);
    db = await Database.open(await migratedDatabase(), storage);
  });
  after(() => db?.close());

  it('are made anew when a table has outgrown them, and not before', async () => {
    const push = (from: number, to: number): Promise<unknown> =>
      db.write((m) =>
        rows(
          m,
          sql`INSERT INTO "organisations" ("id", "name", "createdAt")
              SELECT CAST(i AS text), 'x', 1 FROM generate_series(CAST(${from} AS int), CAST(${to} AS int)) i`,
        ),
      );
    const known = async (): Promise<number | undefined> =>
      (
        await firstRow<{ n: number }>(
          db.read,
          sql`SELECT CAST(reltuples AS int) AS "n" FROM pg_class WHERE relname = 'organisations'`,
        )
      )?.n;
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
});
