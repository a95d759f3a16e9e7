import assert from 'node:assert/strict';
import Sqlite from 'better-sqlite3';
import { directOn } from '../../../src/platform/database/sqlite/direct.ts';
import type { Raw } from '../../../src/platform/database/sqlite/raw.ts';

describe('statements that a SQLite connection keeps prepared', () => {
  it('are those that are asked for, however many others came and went', async () => {
    const db = new Sqlite(':memory:');
    try {
      const prepared: string[] = [];
      const raw = {
        prepare: (text: string) => {
          prepared.push(text);
          return db.prepare(text);
        },
      } as unknown as Raw;
      const direct = directOn(raw);
      const hot = 'SELECT +? AS "hot"';
      for (let i = 0; i < 2_000; i++) {
        assert.deepEqual(await direct.run(`SELECT ${i} AS "n"`, []), [{ n: i }]);
        if (i % 100 === 0) assert.deepEqual(await direct.run(hot, [i]), [{ hot: i }]);
      }
      assert.equal(prepared.filter((text) => text === hot).length, 1);
      await direct.run('SELECT 1999 AS "n"', []);
      await direct.run('SELECT 3 AS "n"', []);
      assert.deepEqual(prepared.slice(-1), ['SELECT 3 AS "n"'], 'what nobody asked for was let go');
      assert.equal(prepared.length, 2_002);
    } finally {
      db.close();
    }
  });
});
