import assert from 'node:assert/strict';
import Sqlite from 'better-sqlite3';
import { isOneOf, rowsOf, sql } from '../../../src/platform/database/sql.ts';

describe('SQL with its values apart', () => {
  it('gives SQLite nothing to look at while it plans, but a limit', () => {
    const { text, parameters } =
      sql`SELECT 1 FROM "t" WHERE "a" = ${'x'} AND "b" ${isOneOf(['y', 'z'])} LIMIT ${2}`.render('sqlite');
    assert.equal(text, 'SELECT 1 FROM "t" WHERE "a" = +? AND "b" IN (SELECT "value" FROM json_each(+?)) LIMIT ?');
    assert.deepEqual(parameters, ['x', '["y","z"]', 2]);
  });

  it('compares with one text as such, so that no engine plans for a list', () => {
    for (const [engine, expected] of [
      ['sqlite', '"b" = +?'],
      ['postgres', '"b" = $1'],
    ] as const) {
      assert.deepEqual(sql`"b" ${isOneOf(['y'])}`.render(engine), { text: expected, parameters: ['y'] });
    }
  });

  it('gives PostgreSQL numbered places', () => {
    const { text } = sql`SELECT ${sql`${1} + ${2}`}, (${rowsOf(['a'])}) LIMIT ${3}`.render('postgres');
    assert.equal(text, 'SELECT $1 + $2, (SELECT unnest($3::text[])) LIMIT $4');
  });

  it('means the same to SQLite as a bare placeholder, whatever is bound to whatever column', () => {
    const db = new Sqlite(':memory:');
    try {
      db.exec('CREATE TABLE "t" ("text" varchar(9), "number" bigint, "plain")');
      const values = ['1', '01', 1, 1.5, -1, 0, '', 'ä', null, Buffer.from('1')];
      for (const value of values) {
        const { text, parameters } = sql`INSERT INTO "t" VALUES (${value}, ${value}, ${value})`.render('sqlite');
        db.prepare(text).run(parameters);
        db.prepare('INSERT INTO "t" VALUES (?, ?, ?)').run(value, value, value);
      }
      const stored = db.prepare(
        'SELECT typeof("text"), "text", typeof("number"), "number", typeof("plain"), "plain" FROM "t"',
      );
      const all = stored.raw().all();
      for (let i = 0; i < all.length; i += 2) assert.deepEqual(all[i], all[i + 1], String(values[i / 2]));
      for (const column of ['text', 'number', 'plain']) {
        for (const operator of ['=', 'IS', '<', '>=', '||']) {
          const where = `SELECT rowid FROM "t" WHERE "${column}" ${operator}`;
          for (const value of values) {
            const bare = db.prepare(`${where} ?`).all(value);
            assert.deepEqual(db.prepare(`${where} +?`).all(value), bare, `${column} ${operator} ${String(value)}`);
          }
        }
      }
    } finally {
      db.close();
    }
  });
});
