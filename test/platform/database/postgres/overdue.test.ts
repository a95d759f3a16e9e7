import assert from 'node:assert/strict';
import { Database } from '../../../../src/platform/database/database.ts';
import { answerMs } from '../../../../src/platform/database/postgres/source.ts';
import { firstRow, rows } from '../../../../src/platform/database/run.ts';
import { sql } from '../../../../src/platform/database/sql.ts';
import { storage } from '../../../../src/storage/storage.ts';
import { migratedDatabase, needPostgres } from '../../../support/postgres.ts';

describe('a reading statement of PostgreSQL that takes too long', () => {
  let db: Database;
  before(async function () {
    await needPostgres(this);
    db = await Database.open(await migratedDatabase(), storage);
  });
  after(() => db?.close());

  it('is ended by the server itself, and whoever asked beside it is answered', async () => {
    const limit = await firstRow<{ ms: number }>(
      db.read,
      sql`SELECT CAST(setting AS int) AS "ms" FROM pg_settings WHERE name = 'statement_timeout'`,
    );
    assert.ok(limit && limit.ms > 0 && limit.ms < answerMs.read);
    const [overdue, beside] = await Promise.allSettled([
      rows(db.read, sql`SELECT CAST(pg_sleep(60) AS text)`),
      firstRow(db.read, sql`SELECT 1 AS "one"`),
    ]);
    assert.equal(overdue.status === 'rejected' && (overdue.reason as { code: string }).code, '57014');
    assert.deepEqual(beside, { status: 'fulfilled', value: { one: 1 } });
    const left = await rows(
      db.read,
      sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT CAST(pg_sleep%'`,
    );
    assert.deepEqual(left, []);
  });
});
