import assert from 'node:assert/strict';
import { buildHouse } from '../../src/app.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { listChains, verifyChain } from '../../src/trail/verify/verify.ts';
import { testCompany } from '../support/company.ts';
import { runCommand } from '../support/command.ts';
import { describeOnEachEngine, onEngine } from '../support/engines.ts';
import { testConfig, testHouse } from '../support/house.ts';

describeOnEachEngine('the records of a command', () => {
  let config: Config;
  beforeEach(async () => {
    config = await onEngine(testConfig());
    const house = await testHouse(config);
    await testCompany(house);
    await house.stop();
  });

  it('are in the chain when it has ended, though no server runs', async () => {
    const made = await runCommand(config, ['account', 'create', 'Second']);
    assert.equal(made.status, 0, made.stderr);
    const refused = await runCommand(config, ['account', 'create', '']);
    assert.notEqual(refused.status, 0);
    const house = await buildHouse(config);
    const { read } = house.ground.db;
    assert.deepEqual(await read.query('SELECT "eventName" FROM "trail_records" WHERE "position" IS NULL'), []);
    const chains = await listChains(house.ground);
    assert.ok(chains.length > 0);
    for (const chain of chains) assert.equal((await verifyChain(house.ground, chain)).finding, null);
    await house.close();
  });

  it('that cannot be sealed are left to the server, and the command has done its work', async () => {
    const house = await buildHouse(config);
    await house.ground.db.write((m) => m.query('ALTER TABLE "trail_chain" RENAME TO "trail_chain_away"'));
    const made = await runCommand(config, ['account', 'create', 'Second']);
    assert.equal(made.status, 0, made.stderr);
    await house.ground.db.write((m) => m.query('ALTER TABLE "trail_chain_away" RENAME TO "trail_chain"'));
    await house.close();
    assert.equal((await runCommand(config, ['account', 'create', 'Third'])).status, 0);
    const again = await buildHouse(config);
    const waiting = await again.ground.db.read.query('SELECT 1 FROM "trail_records" WHERE "position" IS NULL');
    assert.deepEqual(waiting, []);
    await again.close();
  });
});
