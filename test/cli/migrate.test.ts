import assert from 'node:assert/strict';
import { join } from 'node:path';
import { storage } from '../../src/storage/storage.ts';
import { runCommand } from '../support/command.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { testFolder } from '../support/folder.ts';
import { testConfig } from '../support/house.ts';
import { emptyDatabase } from '../support/postgres.ts';

describeOnEachEngine('carillon migrate', (engine) => {
  it('names what is missing, runs it, and finds nothing more to do', async () => {
    const databaseUrl = engine === 'postgres' ? await emptyDatabase() : join(testFolder(), 'new.db');
    const config = testConfig({ databaseUrl });
    const names = storage.migrations.map((migration) => new migration().name);
    const missing = await runCommand(config, ['migrate', '--check', '--json']);
    assert.deepEqual([missing.status, missing.json()], [1, { missing: names, unknown: [] }]);
    const ran = await runCommand(config, ['migrate', '--json']);
    assert.deepEqual([ran.status, ran.json()], [0, { ran: names }]);
    const again = await runCommand(config, ['migrate']);
    assert.deepEqual([again.status, again.stdout], [0, 'The schema was up to date.\n']);
    const checked = await runCommand(config, ['migrate', '--check']);
    assert.deepEqual([checked.status, checked.stdout], [0, 'The schema is up to date.\n']);
  });

  it('says in plain words that the server cannot be reached, and no password', async () => {
    if (engine === 'sqlite') return;
    const config = testConfig({ databaseUrl: 'postgres://ada:hunter22@127.0.0.1:1/carillon' });
    const { status, stderr } = await runCommand(config, ['migrate']);
    assert.equal(status, 5);
    assert.match(stderr, /does not answer/);
    assert.doesNotMatch(stderr, /hunter22/);
  });
});
