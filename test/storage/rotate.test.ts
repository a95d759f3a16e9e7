import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildHouse, type House } from '../../src/app.ts';
import { AccountTable } from '../../src/accounts/accounts/account.entity.ts';
import { type AccessKey, accessKeySecret, AccessKeyTable } from '../../src/access/keys/key.entity.ts';
import { createAccessKey, type KeyOwner } from '../../src/access/keys/keys.ts';
import { ConnectionTable } from '../../src/auth/connectors/openid/connection.entity.ts';
import { secretPlace } from '../../src/auth/connectors/openid/provider.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { addSealingKey } from '../../src/platform/secrets/keyring.ts';
import { placeIn } from '../../src/platform/secrets/sealed.ts';
import { retireKeys, rotateSecrets } from '../../src/storage/secrets/rotate.ts';
import { sealedColumns } from '../../src/storage/storage.ts';
import { TrailRecordTable } from '../../src/trail/record.entity.ts';
import { newAdministrator } from '../support/administrator.ts';
import { entry, runCommand } from '../support/command.ts';
import { testCompany } from '../support/company.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { testHouse } from '../support/house.ts';
import { sealedElsewhere } from '../support/sealed.ts';
import { until } from '../support/until.ts';

type TestHouse = House & { stop: () => Promise<void> };

/** Access keys beyond what verbs would make, each with its id as its secret. */
async function plant({ ground }: House, owner: KeyOwner, count: number): Promise<void> {
  await ground.db.write(async (m) => {
    for (let i = 0; i < count; i++) {
      const id = `CKIAPLANTED${String(i).padStart(9, '0')}`;
      const row: AccessKey = {
        id,
        ...owner,
        secret: ground.seal.seal(id, placeIn(accessKeySecret, id)),
        active: true,
        createdAt: 1,
        lastUsedAt: null,
        lastUsedService: null,
        lastUsedRegion: null,
      };
      await m.insert(AccessKeyTable, row);
    }
  });
}

const sealedKeys = async ({ ground }: House): Promise<AccessKey[]> => ground.db.read.find(AccessKeyTable);
const keyIdOf = (text: string): string => text.split('.')[1] ?? '';
const ringOf = ({ ground }: House): { current: string; keys: Record<string, string>; root: string } =>
  JSON.parse(readFileSync(join(ground.config.certsDir, 'keyring.json'), 'utf8'));

async function allOpen(house: House, keyId?: string): Promise<void> {
  for (const { id, secret } of await sealedKeys(house)) {
    if (id.startsWith('CKIAPLANTED')) assert.equal(house.ground.seal.unseal(secret, placeIn(accessKeySecret, id)), id);
    if (keyId !== undefined) assert.equal(keyIdOf(secret), keyId);
  }
}

describeOnEachEngine('secrets rotate', () => {
  let house: TestHouse;
  let owner: KeyOwner;
  beforeEach(async () => {
    house = await testHouse();
    owner = await newAdministrator(house);
  });
  afterEach(async () => {
    clock.reset();
    await house.stop();
  });
  const rotate = (with_ = house) => rotateSecrets(with_.ground, with_.keyring, sealedColumns);

  it('makes a new current key, seals every secret by it in bounded units, and keeps the older key and the root', async () => {
    const company = await testCompany(house);
    await plant(house, owner, 230);
    const before = ringOf(house);
    const done = await rotate();
    assert.deepEqual({ ...done, keyId: '' }, { keyId: '', resumed: false, count: 231, failed: [] });
    const after = ringOf(house);
    assert.equal(after.current, done.keyId);
    assert.notEqual(after.current, before.current);
    assert.equal(after.root, before.root);
    assert.equal(after.keys[before.current], before.keys[before.current]);
    assert.equal(statSync(join(house.ground.config.certsDir, 'keyring.json')).mode & 0o777, 0o600);
    await allOpen(house, done.keyId);
    const connection = await house.ground.db.read.findOneBy(ConnectionTable, { id: company.scope.connectionId });
    assert.equal(keyIdOf(connection?.clientSecret ?? ''), done.keyId);
    assert.equal(house.ground.seal.unseal(connection!.clientSecret, secretPlace(connection!.id)), 'secret');
    const records = await house.ground.db.read.find(TrailRecordTable, { order: { id: 'ASC' } });
    const units = records.filter(({ eventName }) => eventName === 'ResealSecrets');
    assert.deepEqual(
      units.map(({ responseElements }) => responseElements?.['rows']),
      [1, 100, 100, 30],
    );
    assert.equal(records.filter(({ eventName }) => eventName === 'RotateSecrets').length, 1);
    assert.equal((await rotate()).resumed, false, 'the next rotation makes another key');
  });

  it('goes on with what an earlier call left undone, with the key that it had made', async () => {
    await plant(house, owner, 5);
    const key = addSealingKey(house.ground.config.certsDir); // and then the power was gone
    const one = await createAccessKey(house.ground, await newAdministrator(house, 'eve'));
    assert.equal(keyIdOf((await sealedKeys(house)).find(({ id }) => id === one.key.id)?.secret ?? ''), key);
    const done = await rotate();
    assert.deepEqual(done, { keyId: key, resumed: true, count: 5, failed: [] });
    assert.equal(Object.keys(ringOf(house).keys).length, 2);
    await allOpen(house, key);
  });

  it('two at once lose no key', async () => {
    await plant(house, owner, 50);
    const other = await buildHouse(house.ground.config);
    await Promise.all([rotate(), rotateSecrets(other.ground, other.keyring, sealedColumns)]);
    await other.close();
    await rotate();
    await allOpen(house, ringOf(house).current);
  });

  it('a house that runs beside it opens what is sealed anew, and seals by the new key itself', async () => {
    await plant(house, owner, 3);
    const command = await buildHouse(house.ground.config);
    const { keyId } = await rotateSecrets(command.ground, command.keyring, sealedColumns);
    await command.close();
    await allOpen(house, keyId);
    const made = await createAccessKey(house.ground, await newAdministrator(house, 'eve'));
    assert.equal(keyIdOf((await sealedKeys(house)).find(({ id }) => id === made.key.id)?.secret ?? ''), keyId);
  });

  it('a secret that is saved while the others are sealed anew is not overwritten', async () => {
    await plant(house, owner, 300);
    const place = placeIn(accessKeySecret, 'CKIAPLANTED000000250');
    const [done] = await Promise.all([
      rotate(),
      house.ground.db.write((m) =>
        m.update(AccessKeyTable, { id: place.row }, { secret: house.ground.seal.seal('newer', place) }),
      ),
    ]);
    const row = await house.ground.db.read.findOneBy(AccessKeyTable, { id: place.row });
    assert.equal(house.ground.seal.unseal(row!.secret, place), 'newer');
    assert.equal(keyIdOf(row!.secret), done.keyId);
  });

  it('what no key opens is named and stays; the rest is done', async () => {
    await plant(house, owner, 3);
    const id = 'CKIAPLANTED000000001';
    const damaged = (await sealedKeys(house))[0]!.secret;
    await house.ground.db.write((m) => m.update(AccessKeyTable, { id }, { secret: damaged }));
    const done = await rotate();
    assert.deepEqual(done.failed, [`access_keys.secret of ${id}`]);
    assert.equal(done.count, 2);
    const refused = await retireAfterAMinute();
    assert.deepEqual(refused.retired, []);
    assert.equal(refused.needed.length, 1);
  });

  const retireAfterAMinute = () => {
    clock.advance(61_000);
    return retireKeys(house.ground, sealedColumns);
  };

  it('older keys go once nothing is sealed by them, and not in the first minute', async () => {
    await plant(house, owner, 3);
    const [old] = await sealedKeys(house);
    const first = ringOf(house).current;
    await rotate();
    await assert.rejects(retireKeys(house.ground, sealedColumns), { code: 'secrets.retireTooSoon' });
    assert.deepEqual(await retireAfterAMinute(), { retired: [first], needed: [] });
    assert.deepEqual(Object.keys(ringOf(house).keys), [ringOf(house).current]);
    assert.deepEqual(await retireKeys(house.ground, sealedColumns), { retired: [], needed: [] });
    await allOpen(house, ringOf(house).current);
    const fresh = await buildHouse(house.ground.config);
    assert.throws(() => fresh.ground.seal.unseal(old!.secret, placeIn(accessKeySecret, old!.id)), {
      code: 'secrets.unsealable',
    });
    await fresh.close();
  });

  it('the command: says what it did, asks before keys are taken away', async () => {
    await plant(house, owner, 2);
    const run = (...words: string[]) => runCommand(house.ground.config, ['secrets', 'rotate', ...words]);
    const done = await run('--json');
    assert.equal(done.status, 0, done.stderr);
    assert.equal(done.json().resealed, 2);
    // The command before has sealed its record: the head of the trail's chain is the third.
    assert.match((await run()).stdout, /The new key is [0-9a-f]{8}; 3 secrets were sealed by it/);
    assert.equal((await run('--retire')).status, 4);
    assert.equal((await run('--retire', '--yes')).status, 1, 'too soon');
    clock.advance(61_000);
    const retired = await run('--retire', '--yes', '--json');
    assert.equal(retired.status, 0, retired.stderr);
    assert.equal(retired.json().retired.length, 2);
  });

  it('a sealed text in a column that nobody would seal anew is found', async () => {
    assert.deepEqual(await sealedElsewhere(house), []);
    const { scope } = await testCompany(house);
    const sealed = house.ground.seal.seal('x', { table: 'accounts', row: scope.accountId, column: 'helpContact' });
    await house.ground.db.write((m) => m.update(AccountTable, { id: scope.accountId }, { helpContact: sealed }));
    assert.deepEqual(await sealedElsewhere(house), ['accounts.helpContact']);
  });
});

describe('secrets rotate, killed', function () {
  this.timeout(60_000);

  it('kill -9 in the middle: everything opens, and the next call does the rest with the same key', async () => {
    const house = await testHouse();
    await plant(house, await newAdministrator(house), 3_000);
    const { certsDir, databaseUrl } = house.ground.config;
    const env = { ...process.env, DATABASE_URL: databaseUrl, CERTS_DIR: certsDir, PORT: '0' };
    const child = spawn(process.execPath, [entry, 'secrets', 'rotate'], { env, stdio: 'ignore' });
    const gone = once(child, 'exit');
    const before = ringOf(house).current;
    const under = async (): Promise<number> =>
      (await sealedKeys(house)).filter(({ secret }) => keyIdOf(secret) !== before).length;
    await until(async () => (await under()) > 0, 30_000);
    child.kill('SIGKILL');
    await gone;
    const done = await under();
    assert.ok(done > 0 && done < 3_000, `${done} were sealed anew before the end`);
    assert.equal(done % 100, 0, 'whole units');
    await allOpen(house);
    const { current } = ringOf(house);
    const rest = await rotateSecrets(house.ground, house.keyring, sealedColumns);
    assert.deepEqual(rest, { keyId: current, resumed: true, count: 3_000 - done, failed: [] });
    await allOpen(house, current);
    await house.stop();
  });
});
