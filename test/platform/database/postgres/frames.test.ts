import assert from 'node:assert/strict';
import { Database } from '../../../../src/platform/database/database.ts';
import { frames } from '../../../../src/platform/database/postgres/frames.ts';
import { firstRow } from '../../../../src/platform/database/run.ts';
import { join, Sql, sql } from '../../../../src/platform/database/sql.ts';
import { storage } from '../../../../src/storage/storage.ts';
import { migratedDatabase, needPostgres } from '../../../support/postgres.ts';

const asText = (value: unknown, i: number): Sql => sql`CAST(${value} AS text) AS ${new Sql([`"v${i}"`], [])}`;

describe('what is sent to PostgreSQL', () => {
  let db: Database;
  before(async function () {
    await needPostgres(this);
    db = await Database.open(await migratedDatabase(), storage);
  });
  after(() => db?.close());

  const said = async (values: unknown[]): Promise<unknown[]> => {
    const row = await firstRow<Record<string, unknown>>(db.read, sql`SELECT ${join(values.map(asText), ', ')}`);
    return Object.values(row ?? {});
  };

  it('comes as it is: every width of character, nothing, and what has no value', async () => {
    const values = ['', 'a', 'ä', '€', '𝒳', 'x'.repeat(127), '\\{}"\'', null, '7', null];
    assert.deepEqual(await said(values), values);
    assert.deepEqual(await said(['\u{D800}']), ['\u{FFFD}']);
  });

  it('comes as it is when it is large, and small again afterwards', async () => {
    for (const length of [21_000, 22_000, 65_536, 200_000, 3]) {
      const value = '€'.repeat(length);
      assert.deepEqual(await said([value, 'behind it']), [value, 'behind it'], String(length));
    }
  });

  it('comes as bytes where it is bytes, beside what is text', async () => {
    const bytes = Buffer.from([0, 1, 255, 92]);
    const row = await firstRow<{ hex: string; text: string }>(
      db.read,
      sql`SELECT encode(CAST(${bytes} AS bytea), 'hex') AS "hex", CAST(${'beside'} AS text) AS "text"`,
    );
    assert.deepEqual({ ...row }, { hex: '0001ff5c', text: 'beside' });
  });

  it('never goes with another’s: what was put together and not taken is dropped', () => {
    frames.bind('of a message that failed', ['secret']);
    frames.drop();
    frames.sync();
    assert.deepEqual([...frames.take()], [0x53, 0, 0, 0, 4]);
  });
});
