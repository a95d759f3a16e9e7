import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AccessKeyTable } from '../../src/access/keys/key.entity.ts';
import { createAccessKey } from '../../src/access/keys/keys.ts';
import { buildHouse } from '../../src/app.ts';
import { startCarillon } from '../../src/main.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { newAdministrator } from '../support/administrator.ts';
import { runCommand } from '../support/command.ts';
import { describeOnEachEngine, onEngine } from '../support/engines.ts';
import { testConfig, testHouse } from '../support/house.ts';

describeOnEachEngine('a database and its keyring', () => {
  let config: Config;
  let path: string;

  /** An installation that holds sealed values. */
  beforeEach(async () => {
    config = await onEngine(testConfig());
    path = join(config.certsDir, 'keyring.json');
    const house = await testHouse(config);
    const owner = await newAdministrator(house);
    for (let i = 0; i < 2; i++) await createAccessKey(house.ground, owner);
    await house.stop();
  });

  /** What the doctor finds wrong of the keys. */
  async function wrongKeys(): Promise<string> {
    const { findings } = (await runCommand(config, ['doctor', '--offline', '--json'])).json();
    return (findings as { check: string; state: string; found: string }[])
      .filter(({ check, state }) => check === 'keys' && state === 'fail')
      .map(({ found }) => found)
      .join('\n');
  }

  /** Neither a server nor a command opens it, and the doctor says so. */
  async function refused(code: string, said: RegExp): Promise<void> {
    await assert.rejects(startCarillon(config), { code });
    const command = await runCommand(config, ['organisation', 'list', '--json']);
    assert.equal(command.error().code, code, command.stderr);
    assert.equal(command.status, 5);
    assert.ok(command.error().message.includes(config.certsDir) || code === 'secrets.keyringDamaged');
    assert.match(await wrongKeys(), said);
  }

  it('without the keyring nothing starts, and none is made', async () => {
    renameSync(path, `${path}.away`);
    await refused('secrets.keyringMissing', /no keyring|keyring .* is not/);
    assert.ok(!existsSync(path));
    rmSync(config.certsDir, { recursive: true });
    await refused('secrets.keyringMissing', /no keyring|keyring .* is not/);
    assert.ok(!existsSync(config.certsDir), 'not even the folder');
  });

  it('with the keyring of another installation nothing starts, and with its own it does again', async () => {
    const own = readFileSync(path);
    const other = await testHouse(await onEngine(testConfig()));
    await other.stop();
    writeFileSync(path, readFileSync(join(other.ground.config.certsDir, 'keyring.json')), { mode: 0o600 });
    await refused('secrets.keyringForeign', /not the one of this database/);
    writeFileSync(path, own, { mode: 0o600 });
    await (await buildHouse(config)).close();
    assert.equal(await wrongKeys(), '');
  });

  it('with a keyring that is damaged nothing starts', async () => {
    const ring = JSON.parse(readFileSync(path, 'utf8'));
    ring.keys[ring.current] = Buffer.alloc(32).toString('base64');
    writeFileSync(path, JSON.stringify(ring), { mode: 0o600 });
    await refused('secrets.keyringForeign', /not the one of this database/);
    writeFileSync(path, '{}', { mode: 0o600 });
    await refused('secrets.keyringDamaged', /keyring cannot be read/);
    assert.equal(readFileSync(path, 'utf8'), '{}', 'it stays as it is');
  });

  it('one text that was altered keeps nobody out, and the doctor names it', async () => {
    const house = await testHouse(config);
    const [one, two] = await house.ground.db.read.find(AccessKeyTable);
    await house.ground.db.write((m) => m.update(AccessKeyTable, { id: one!.id }, { secret: two!.secret }));
    await house.stop();
    await (await buildHouse(config)).close();
    assert.ok((await wrongKeys()).includes(`access_keys.secret of ${one!.id}`));
  });
});
