import assert from 'node:assert/strict';
import { AdministratorTable } from '../../../src/access/administrators/administrator.entity.ts';
import {
  createAccessKey,
  deleteAccessKey,
  findGoodKey,
  type KeyOwner,
  listAccessKeys,
  noteAccessKeyUsed,
  setAccessKeyActive,
} from '../../../src/access/keys/keys.ts';
import { AccessKeyTable } from '../../../src/access/keys/key.entity.ts';
import {
  removeAdministrator,
  resetAdministrator,
  signOutAdministrator,
} from '../../../src/access/administrators/manage.ts';
import type { House } from '../../../src/app.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { TrailRecordTable } from '../../../src/trail/record.entity.ts';
import { newAdministrator } from '../../support/administrator.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { testHouse } from '../../support/house.ts';
import { until } from '../../support/until.ts';

describeOnEachEngine('access keys', () => {
  let house: House & { stop: () => Promise<void> };
  let owner: KeyOwner;
  before(async () => {
    house = await testHouse();
  });
  beforeEach(async () => {
    owner = await newAdministrator(house);
  });
  afterEach(() => clock.reset());
  after(() => house.stop());
  const states = async (): Promise<string[]> =>
    (await listAccessKeys(house.ground.db.read, owner)).map(({ state }) => state);

  it('have the form that the AWS tools take; the secret is stored sealed, and shown nowhere again', async () => {
    const { ground } = house;
    const { key, secret } = await createAccessKey(ground, owner);
    assert.match(key.id, /^CKIA[A-Z2-7]{16}$/);
    assert.match(secret, /^[A-Za-z0-9]{40}$/);
    const row = await ground.db.read.findOneBy(AccessKeyTable, { id: key.id });
    assert.match(row?.secret ?? '', /^s1\./);
    await ground.trail.flush();
    const records = await ground.db.read.find(TrailRecordTable, { where: { organisationId: owner.organisationId } });
    assert.deepEqual(
      records.map(({ eventName, responseElements }) => ({ eventName, responseElements })),
      [{ eventName: 'CreateAccessKey', responseElements: { accessKey: { accessKeyId: key.id } } }],
    );
    for (const shown of [records, await listAccessKeys(ground.db.read, owner), key]) {
      assert.ok(!JSON.stringify(shown).includes(secret));
      assert.ok(!JSON.stringify(shown).includes(row?.secret ?? ''));
    }
  });

  it('are two at most, also when eight are asked for at once', async () => {
    const made = await Promise.allSettled(Array.from({ length: 8 }, () => createAccessKey(house.ground, owner)));
    assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 2);
    await assert.rejects(createAccessKey(house.ground, owner), { code: 'accessKey.tooMany' });
    const [first] = await listAccessKeys(house.ground.db.read, owner);
    await deleteAccessKey(house.ground, owner, first!.id);
    await createAccessKey(house.ground, owner);
    assert.deepEqual(await states(), ['Active', 'Active']);
  });

  it('are turned off and on, and deleted', async () => {
    const { ground } = house;
    const { key } = await createAccessKey(ground, owner);
    await setAccessKeyActive(ground, owner, key.id, false);
    assert.equal(await findGoodKey(ground.db.read, key.id), null);
    assert.deepEqual(await states(), ['Inactive']);
    await setAccessKeyActive(ground, owner, key.id, true);
    assert.equal((await findGoodKey(ground.db.read, key.id))?.userName, 'ada');
    await deleteAccessKey(ground, owner, key.id);
    assert.equal(await findGoodKey(ground.db.read, key.id), null);
    await assert.rejects(deleteAccessKey(ground, owner, key.id), { code: 'accessKey.notFound' });
  });

  it('go on when their administrator’s devices are signed out, and when a backup is restored', async () => {
    const { ground, sessions } = house;
    const { organisationId, administratorId } = owner;
    const { key } = await createAccessKey(ground, owner);
    await signOutAdministrator(ground, sessions, { organisationId, actorId: null }, administratorId);
    assert.equal((await findGoodKey(ground.db.read, key.id))?.id, key.id);
    // As `endWhatWasAlive` does after a restore.
    await ground.db.write((m) => m.update(AdministratorTable, { id: administratorId }, { epoch: 9, version: 9 }));
    assert.equal((await findGoodKey(ground.db.read, key.id))?.id, key.id);
    assert.deepEqual(await states(), ['Active']);
  });

  it('end in the unit that resets or removes their administrator, and none is made for one who was reset', async () => {
    const { ground, sessions } = house;
    const { organisationId, administratorId } = owner;
    const by = { organisationId, actorId: null };
    const other = await newAdministrator(house, 'grace', organisationId);
    const hers = await createAccessKey(ground, other);
    const made = [await createAccessKey(ground, owner), await createAccessKey(ground, owner)];
    await setAccessKeyActive(ground, owner, made[1]!.key.id, false);
    await resetAdministrator(ground, sessions, by, administratorId);
    await assert.rejects(createAccessKey(ground, owner), { code: 'administrator.notSetUp' });
    // Whoever sets the new password gets none of the old keys with it.
    await ground.db.write((m) =>
      m.update(AdministratorTable, { id: administratorId }, { passwordHash: 'is set anew' }),
    );
    for (const { key } of made) assert.equal(await findGoodKey(ground.db.read, key.id), null);
    assert.deepEqual(await states(), []);
    await ground.trail.flush();
    const [record] = await ground.db.read.find(TrailRecordTable, {
      where: { organisationId, eventName: 'ResetAdministrator' },
    });
    const named = record?.responseElements?.['accessKeyIds'] as string[];
    assert.deepEqual(named.toSorted(), made.map(({ key }) => key.id).toSorted());
    assert.equal((await findGoodKey(ground.db.read, hers.key.id))?.id, hers.key.id, 'another’s are not touched');
    await removeAdministrator(ground, sessions, by, other.administratorId);
    assert.equal(await findGoodKey(ground.db.read, hers.key.id), null);
  });

  it('are not good while their administrator has no password, and go with them', async () => {
    const { ground } = house;
    const { key } = await createAccessKey(ground, owner);
    const { administratorId: id } = owner;
    await ground.db.write((m) => m.update(AdministratorTable, { id }, { passwordHash: null }));
    assert.equal(await findGoodKey(ground.db.read, key.id), null);
    await ground.db.write((m) => m.delete(AdministratorTable, { id }));
    assert.equal(await ground.db.read.findOneBy(AccessKeyTable, { id: key.id }), null);
    await assert.rejects(createAccessKey(ground, owner), { code: 'administrator.notSetUp' });
  });

  it('of another administrator, or organisation, are not found', async () => {
    const { ground } = house;
    const { key } = await createAccessKey(ground, owner);
    const other = await newAdministrator(house, 'eve');
    for (const stranger of [
      other,
      { ...owner, organisationId: other.organisationId },
      { ...other, organisationId: owner.organisationId },
    ]) {
      await assert.rejects(setAccessKeyActive(ground, stranger, key.id, false));
      await assert.rejects(deleteAccessKey(ground, stranger, key.id));
    }
    assert.deepEqual(await states(), ['Active']);
  });

  it('remember when, for what and where they were last used', async () => {
    const { ground } = house;
    const { key } = await createAccessKey(ground, owner);
    const good = await findGoodKey(ground.db.read, key.id);
    noteAccessKeyUsed(ground, good!, { service: 'chime', region: 'eu-west-1' });
    const used = await until(async () => {
      const [line] = await listAccessKeys(ground.db.read, owner);
      return line?.lastUsedAt !== null && line;
    });
    assert.equal(used?.lastUsedService, 'chime');
    assert.equal(used?.lastUsedRegion, 'eu-west-1');
  });
});
