import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Database, isPostgres } from '../../src/platform/database/database.ts';
import { postgresSource } from '../../src/platform/database/postgres/source.ts';
import { isTrue, rows } from '../../src/platform/database/run.ts';
import { Sql } from '../../src/platform/database/sql.ts';
import { sqliteSource } from '../../src/platform/database/sqlite/source.ts';
import { findScimKey } from '../../src/directory/scim/keys/keys.ts';
import { storage } from '../../src/storage/storage.ts';
import { entitlement } from '../../src/users/entitlement/entitlement.ts';
import { ReceiptTable } from '../../src/users/lifecycle/receipt.entity.ts';
import { suspendUser } from '../../src/users/lifecycle/administer.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { testFolder } from '../support/folder.ts';
import { testConfig, testHouse } from '../support/house.ts';
import { emptyDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { inserts, scimToken, sessionToken, tables } from './first-light.ts';
import { releases } from './releases.ts';

/** The migrations up to that one. */
function upTo(last: string): typeof storage.migrations {
  const end = storage.migrations.findIndex((migration) => new migration().name === last);
  assert.ok(end >= 0, `${last} was released and must stay`);
  return storage.migrations.slice(0, end + 1);
}

describeOnEachEngine('forward from a released schema', (engine) => {
  for (const release of releases) {
    it(`security check 40: loses nothing of ${release.name}, and works on`, async () => {
      const url = engine === 'postgres' ? await emptyDatabase() : join(testFolder(), 'old.db');
      await Database.migrate(url, { entities: [], migrations: upTo(release.last) });
      const none = { entities: [], migrations: [] };
      const source = isPostgres(url) ? postgresSource(url, none, 'test') : sqliteSource(url, none);
      await source.initialize();
      for (const each of inserts()) {
        const { text, parameters } = each.render(engine);
        await source.query(text, parameters);
      }
      await source.destroy();

      const ran = await Database.migrate(url, storage);
      assert.equal(ran.length, storage.migrations.length - upTo(release.last).length);
      assert.deepEqual(await Database.migrate(url, storage), []);
      const house = await testHouse(testConfig({ databaseUrl: url }));
      try {
        const { db } = house.ground;
        await until(() => db.read.findOneBy(ReceiptTable, { id: '00000000-0000-7000-8000-000000000002:user-1' }));
        for (const [table, before] of Object.entries(tables)) {
          if (table === 'outbox' || table === 'receipts' || table === 'sessions') continue; // the event was handled
          const now = await rows<Record<string, unknown>>(db.read, new Sql([`SELECT * FROM "${table}"`], []));
          const made = ['organisations', 'accounts'].includes(table) ? 1 : 0; // nobody's, by a migration
          assert.equal(now.length, before.length + made, table);
          for (const row of before) {
            const same = now.some((each) =>
              Object.entries(row).every(([name, value]) =>
                typeof value === 'boolean' ? isTrue(each[name]) === value : each[name] === value,
              ),
            );
            assert.ok(same, `${table}: ${JSON.stringify(row)} is none of ${JSON.stringify(now)}`);
          }
        }
        assert.equal((await house.sessions.check(sessionToken, 'user')).in, true, 'who was in is in');
        assert.equal((await house.sessions.check(`${sessionToken}1`, 'user')).in, false, 'who was out is out');
        assert.equal((await entitlement(db.read, 'user-0')).tier, 'Pro');
        assert.equal((await findScimKey(db.read, scimToken))?.id, 'key-1');
        const scope = { organisationId: '123456789012', accountId: 'account-1' };
        await suspendUser(house.ground, scope, 'user-0', 'admin-1');
        assert.equal((await house.sessions.check(sessionToken, 'user')).in, false);
      } finally {
        await house.stop();
      }
    });
  }
});
