import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Database, isPostgres } from '../../src/platform/database/database.ts';
import { postgresSource } from '../../src/platform/database/postgres/source.ts';
import { rows } from '../../src/platform/database/run.ts';
import { Sql, sql } from '../../src/platform/database/sql.ts';
import { sqliteSource } from '../../src/platform/database/sqlite/source.ts';
import { storage } from '../../src/storage/storage.ts';
import { type User, UserTable } from '../../src/users/user.entity.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { testFolder } from '../support/folder.ts';
import { emptyDatabase } from '../support/postgres.ts';
import { inserts } from '../upgrade/first-light.ts';

describeOnEachEngine('search keys', (engine) => {
  /** A database as it was before that migration, which these statements have changed. */
  async function databaseBefore(migration: string, changes: readonly string[]): Promise<string> {
    const url = engine === 'postgres' ? await emptyDatabase() : join(testFolder(), 'old.db');
    const names = storage.migrations.map((each) => new each().name);
    const first = storage.migrations.slice(0, 1);
    await Database.migrate(url, { entities: [], migrations: first });
    await change(url, [...inserts()]);
    await Database.migrate(url, { entities: [], migrations: storage.migrations.slice(0, names.indexOf(migration)) });
    await change(
      url,
      changes.map((each) => new Sql([each], [])),
    );
    return url;
  }

  async function change(url: string, statements: readonly Sql[]): Promise<void> {
    const none = { entities: [], migrations: [] };
    const source = isPostgres(url) ? postgresSource(url, none, 'test') : sqliteSource(url, none);
    await source.initialize();
    for (const each of statements) {
      const { text, parameters } = each.render(engine);
      await source.query(text, parameters);
    }
    await source.destroy();
  }

  /** Everybody who is in such a database once it is brought up to date. */
  async function peopleOf(url: string): Promise<User[]> {
    await Database.migrate(url, storage);
    const db = await Database.open(url, storage);
    try {
      return await db.read.find(UserTable);
    } finally {
      await db.close();
    }
  }

  const profile = JSON.stringify({ title: 'DR. Ä', emails: [{ value: 'A@X', primary: true }] });
  const described = `UPDATE "users" SET "profile" = '${profile}', "displayName" = 'ΟΔΟΣ' WHERE "id" = 'user-0'`;
  const folded = { title: 'dr. ä', emails: [{ value: 'a@x', primary: true }], displayName: 'οδος' };

  it('are written of everybody who was there before them', async () => {
    const people = await peopleOf(await databaseBefore('ScimReading1700000700000', [described]));
    assert.ok(people.length > 1);
    for (const { searchKeyAt, updatedAt } of people) assert.equal(searchKeyAt, updatedAt);
    assert.deepEqual(JSON.parse(people.find(({ id }) => id === 'user-0')?.searchKey ?? ''), folded);
  });

  for (const [how, stale] of [
    ['without them has written since', `"updatedAt" = "updatedAt" + 1`],
    ['without them has made', `"searchKey" = NULL, "searchKeyAt" = NULL`],
  ] as const)
    it(`are written of whom a release ${how}`, async () => {
      const url = await databaseBefore('SearchKeysHeld1700000990000', [
        described,
        `UPDATE "users" SET ${stale} WHERE "id" = 'user-0'`,
        `UPDATE "users" SET "searchKey" = 'as it is' WHERE "id" = 'user-1'`,
      ]);
      const keys = new Map((await peopleOf(url)).map(({ id, searchKey }) => [id, searchKey]));
      assert.deepEqual(JSON.parse(keys.get('user-0') ?? ''), folded);
      assert.equal(keys.get('user-1'), 'as it is', 'what is right is not written');
    });

  it('no index of people has in it what each change changes', async () => {
    const url = engine === 'postgres' ? await emptyDatabase() : join(testFolder(), 'new.db');
    const db = await Database.open(url, storage);
    try {
      const found = await rows<{ text: string | null }>(
        db.read,
        engine === 'postgres'
          ? sql`SELECT indexdef AS "text" FROM pg_indexes WHERE tablename = 'users' AND schemaname = current_schema()`
          : sql`SELECT "sql" AS "text" FROM sqlite_master WHERE "type" = 'index' AND "tbl_name" = 'users'`,
      );
      assert.ok(found.length > 5);
      for (const { text } of found) assert.doesNotMatch(text ?? '', /updatedAt|searchKey|version|epoch|lastActiveAt/);
    } finally {
      await db.close();
    }
  });
});
