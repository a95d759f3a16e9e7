import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { House } from '../../../src/app.ts';
import { deleteConnection } from '../../../src/auth/connectors/openid/disconnect.ts';
import { createScimKey, revokeScimKey } from '../../../src/directory/scim/keys/keys.ts';
import { KeyMemory } from '../../../src/directory/scim/keys/memory.ts';
import { Database } from '../../../src/platform/database/database.ts';
import { Outbox } from '../../../src/platform/outbox/outbox.ts';
import { storage } from '../../../src/storage/storage.ts';
import { type Company, testCompany } from '../../support/company.ts';
import { databaseAt, describeOnEachEngine } from '../../support/engines.ts';
import { testFolder } from '../../support/folder.ts';
import { testConfig, testHouse } from '../../support/house.ts';
import { until } from '../../support/until.ts';

describeOnEachEngine('SCIM: keys in memory', () => {
  let house: House & { stop: () => Promise<void> };
  let acme: Company;
  let other: Database;
  let here: KeyMemory;
  /** What another process remembers. */
  let there: KeyMemory;
  beforeEach(async () => {
    const databaseUrl = await databaseAt(join(testFolder(), 'carillon.db'));
    house = await testHouse(testConfig({ databaseUrl }));
    acme = await testCompany(house);
    other = await Database.open(databaseUrl, storage);
    here = new KeyMemory(house.ground);
    there = new KeyMemory({ db: other, outbox: new Outbox(other) });
  });
  afterEach(async () => {
    await house.stop();
    await other.close();
  });
  const isGood = async (memory: KeyMemory, token: string): Promise<boolean> => {
    const pass = await memory.find(token, Date.now());
    return pass !== null && memory.prove(pass);
  };

  it('a key that was revoked is refused by the next request, and within a moment by other processes', async () => {
    const { key, token } = await createScimKey(house.ground, acme.scope, { name: 'okta' });
    const { token: kept } = await createScimKey(house.ground, acme.scope, { name: 'kept' });
    for (const memory of [here, there])
      assert.deepEqual([await isGood(memory, token), await isGood(memory, kept)], [true, true]);
    await revokeScimKey(house.ground, acme.scope, key.id);
    assert.equal(await isGood(here, token), false);
    await until(async () => !(await isGood(there, token)));
    for (const memory of [here, there]) assert.equal(await isGood(memory, kept), true);
  });

  it('keys go with their connection', async () => {
    const { token } = await createScimKey(house.ground, acme.scope, { name: 'okta' });
    for (const memory of [here, there]) assert.equal(await isGood(memory, token), true);
    await deleteConnection(house.ground, acme.scope, 'nobody');
    assert.equal(await isGood(here, token), false);
    await until(async () => !(await isGood(there, token)));
  });
});
