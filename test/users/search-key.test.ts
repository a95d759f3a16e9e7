import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Database, isPostgres } from '../../src/platform/database/database.ts';
import { postgresSource } from '../../src/platform/database/postgres/source.ts';
import { rows } from '../../src/platform/database/run.ts';
import { sql } from '../../src/platform/database/sql.ts';
import { sqliteSource } from '../../src/platform/database/sqlite/source.ts';
import { storage } from '../../src/storage/storage.ts';
import { touchPerson } from '../../src/users/lifecycle/people.ts';
import { refreshSearchKeys } from '../../src/users/search-key.ts';
import { type User, UserTable } from '../../src/users/user.entity.ts';
import { testCompany } from '../support/company.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { testFolder } from '../support/folder.ts';
import { testHouse } from '../support/house.ts';
import { emptyDatabase } from '../support/postgres.ts';
import { inserts } from '../upgrade/first-light.ts';

describeOnEachEngine('search keys', (engine) => {
  it('are written of everybody who was there before them', async () => {
    const url = engine === 'postgres' ? await emptyDatabase() : join(testFolder(), 'old.db');
    const at = storage.migrations.findIndex((each) => new each().name === 'ScimReading1700000700000');
    await Database.migrate(url, { entities: [], migrations: storage.migrations.slice(0, at) });
    const none = { entities: [], migrations: [] };
    const source = isPostgres(url) ? postgresSource(url, none, 'test') : sqliteSource(url, none);
    await source.initialize();
    for (const each of inserts()) {
      const { text, parameters } = each.render(engine);
      await source.query(text, parameters);
    }
    const profile = JSON.stringify({ title: 'DR. Ä', emails: [{ value: 'A@X', primary: true }] });
    await source.query(`UPDATE "users" SET "profile" = '${profile}', "displayName" = 'ΟΔΟΣ' WHERE "id" = 'user-0'`);
    await source.destroy();
    await Database.migrate(url, storage);
    const db = await Database.open(url, storage);
    try {
      const people = await db.read.find(UserTable);
      assert.ok(people.length > 1);
      for (const { searchKeyAt, updatedAt } of people) assert.equal(searchKeyAt, updatedAt);
      const found = people.find(({ id }) => id === 'user-0')?.searchKey ?? '';
      const emails = [{ value: 'a@x', primary: true }];
      assert.deepEqual(JSON.parse(found), { title: 'dr. ä', emails, displayName: 'οδος' });
    } finally {
      await db.close();
    }
  });

  it('of whom an older release has written are written by the next turn', async () => {
    const house = await testHouse();
    try {
      const { ground } = house;
      const acme = await testCompany(house);
      const [anna, bert] = [await acme.person('anna'), await acme.person('bert')];
      const stored = async ({ id }: User) => (await ground.db.read.findOneBy(UserTable, { id }))!;
      const keys = async () => [(await stored(anna)).searchKey, (await stored(bert)).searchKey];
      assert.deepEqual(await keys(), ['{"displayName":"anna"}', '{"displayName":"bert"}']);
      const rename = sql`UPDATE "users" SET "displayName" = 'ANNA B.', "updatedAt" = "updatedAt" + 1 WHERE "id" = ${anna.id}`;
      await ground.db.write((m) => rows(m, rename));
      await ground.db.write((m) =>
        rows(m, sql`UPDATE "users" SET "searchKey" = NULL, "searchKeyAt" = NULL WHERE "id" = ${bert.id}`),
      );
      // Whoever is deactivated stays as stale as they were, and as right.
      await ground.db.write(async (m) => touchPerson(m, await stored(anna), true));
      await refreshSearchKeys(ground);
      assert.deepEqual(await keys(), ['{"displayName":"anna b."}', '{"displayName":"bert"}']);
      const { updatedAt, searchKeyAt } = await stored(anna);
      assert.equal(searchKeyAt, updatedAt);
      await ground.db.write(async (m) => touchPerson(m, await stored(anna), true));
      const touched = await stored(anna);
      assert.equal(touched.searchKeyAt, touched.updatedAt, 'and is not looked at again');
    } finally {
      await house.stop();
    }
  });
});
