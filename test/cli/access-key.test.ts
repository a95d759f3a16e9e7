import assert from 'node:assert/strict';
import { buildHouse } from '../../src/app.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { newAdministrator } from '../support/administrator.ts';
import { runCommand } from '../support/command.ts';
import { testConfig } from '../support/house.ts';

describe('carillon access-key', () => {
  let config: Config;
  before(async () => {
    config = testConfig();
    const house = await buildHouse(config);
    await newAdministrator(house, 'ada');
    await house.close();
  });
  const run = (...words: string[]) => runCommand(config, ['access-key', ...words]);

  it('makes, lists, turns off and on, and deletes a key', async () => {
    const none = await run('list');
    assert.equal(none.status, 0);
    assert.match(none.stderr, /There is no access key yet/);
    const made = await run('create', '--user', 'ADA', '--json');
    assert.equal(made.status, 0, made.stderr);
    const { accessKeyId, secretAccessKey } = made.json();
    assert.match(secretAccessKey, /^[A-Za-z0-9]{40}$/);
    assert.match(made.stderr, /shown only this once/);
    const listed = await run('list', '--json');
    assert.ok(!listed.stdout.includes(secretAccessKey));
    assert.equal(listed.json().accessKeys[0].status, 'Active');
    assert.equal((await run('deactivate', accessKeyId)).status, 0);
    assert.match((await run('list')).stdout, /Inactive/);
    assert.match((await run('activate', accessKeyId)).stdout, /is on/);
    assert.equal((await run('delete', accessKeyId)).status, 4, 'it asks');
    assert.equal((await run('delete', accessKeyId, '--yes')).status, 0);
    assert.equal((await run('delete', accessKeyId, '--yes')).status, 3);
    assert.equal((await run('create', '--user', 'eve')).status, 3);
  });

  it('prints for people what they need to sign in', async () => {
    const { stdout } = await run('create');
    assert.match(stdout, /Access key ID\s+CKIA/);
    assert.match(stdout, /Secret access key\s+[A-Za-z0-9]{40}/);
    assert.ok(stdout.includes(config.publicUrl));
  });
});
