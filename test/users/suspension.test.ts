import assert from 'node:assert/strict';
import type { House } from '../../src/app.ts';
import { entitlement } from '../../src/users/entitlement/entitlement.ts';
import { activateUser, suspendUser } from '../../src/users/lifecycle/administer.ts';
import { createPerson, deletePerson, updatePerson } from '../../src/users/lifecycle/people.ts';
import type { PersonInput } from '../../src/users/lifecycle/person.ts';
import { type User, UserTable } from '../../src/users/user.entity.ts';
import { type Company, testCompany } from '../support/company.ts';
import { testHouse } from '../support/house.ts';
import { describeOnEachEngine } from '../support/engines.ts';

describeOnEachEngine('an administrator’s suspension', () => {
  let house: House & { stop: () => Promise<void> };
  let acme: Company;
  beforeEach(async () => {
    house = await testHouse();
    acme = await testCompany(house);
  });
  afterEach(() => house.stop());

  const input = (name: string, externalId: string | null): PersonInput => ({
    userName: `${name}@acme.example`,
    externalId,
    displayName: name,
    profile: {},
    emails: [],
    primary: null,
  });
  const push = (name: string, externalId: string | null): Promise<User> =>
    house.ground.db.write((m) =>
      createPerson(house.ground, m, acme.scope, acme.scope.connectionId, input(name, externalId)),
    );
  const change = (user: User, name: string, externalId: string | null): Promise<User> =>
    house.ground.db.write(async (m) => {
      const now = await m.findOneBy(UserTable, { id: user.id });
      return updatePerson(house.ground, m, now!, input(name, externalId));
    });
  const remove = (user: User): Promise<void> => house.ground.db.write((m) => deletePerson(house.ground, m, user));
  const suspended = async (user: User): Promise<boolean> =>
    (await entitlement(house.ground.db.read, user.id)).because.some(({ kind }) => kind === 'administrator');
  const suspend = async (name: string): Promise<User> => {
    const user = await push(name, `00u-${name}`);
    await suspendUser(house.ground, acme.scope, user.id, 'admin');
    return user;
  };

  it('goes with every name that the person has or had, whatever a directory deletes, pushes and renames', async () => {
    const tom = await suspend('tom');
    await remove(tom);
    const hop = await push('tmp', '00u-tmp');
    assert.equal(await suspended(hop), false, 'somebody new is somebody new');
    assert.equal(await suspended(await change(hop, 'tom', '00u-tom')), true, 'renamed into the name');

    const vic = await suspend('vic');
    await remove(await change(vic, 'vic2', '00u-other'));
    assert.equal(await suspended(await push('vic', '00u-vic')), true, 'renamed away before');

    const wim = await suspend('wim');
    await remove(wim);
    await remove(await push('wim', '00u-wim2'));
    assert.equal(await suspended(await push('wim9', '00u-wim')), true, 'by the first external id');

    const yen = await suspend('yen');
    await remove(yen);
    await remove(await push('yen', null));
    assert.equal(await suspended(await push('yen9', '00u-yen')), true, 'over one without an external id');
  });

  it('is lifted whole, by an administrator', async () => {
    const uma = await suspend('uma');
    await remove(uma);
    const again = await push('uma', '00u-uma2');
    assert.equal(await activateUser(house.ground, acme.scope, again.id), true);
    assert.equal(await suspended(again), false);
    await remove(again);
    for (const externalId of ['00u-uma', '00u-uma2']) {
      const next = await push('uma', externalId);
      assert.equal(await suspended(next), false);
      await remove(next);
    }
  });

  it('is lifted of one person alone: another’s no stays, also where both had one name', async () => {
    const ann = await suspend('ann');
    const hal = await push('hal', '00u-hal');
    await assert.rejects(change(hal, 'hal', '00u-ann'), { code: 'user.externalIdTaken' });
    assert.equal(await suspended(hal), false, 'what was refused says nothing');
    await change(ann, 'ann2', '00u-new'); // who lets go of a name is barred by it, and so is who takes it
    const taken = await change(hal, 'hal', '00u-ann');
    assert.equal(await suspended(taken), true);
    await activateUser(house.ground, acme.scope, hal.id);
    assert.equal(await suspended(hal), false);
    assert.equal(await suspended(await change(taken, 'hal3', '00u-ann')), false, 'lifted is lifted');
    assert.equal(await suspended(ann), true);
    const now = (await house.ground.db.read.findOneBy(UserTable, { id: ann.id }))!;
    await remove(now);
    for (const [name, externalId] of [
      ['ann2', '00u-x'],
      ['ann', '00u-y'],
      ['ann9', '00u-new'],
    ] as const) {
      const next = await push(name, externalId);
      assert.equal(await suspended(next), true, `${name} ${externalId}`);
      await remove(next);
    }
  });

  it('of whoever had a suspended name before stays with the others who came after', async () => {
    const ann = await suspend('ann');
    await remove(ann);
    const [carol, dave] = [await push('ann', '00u-carol'), await push('dave', '00u-ann')];
    await activateUser(house.ground, acme.scope, dave.id);
    assert.deepEqual([await suspended(carol), await suspended(dave)], [true, false]);
    await remove(await change(carol, 'carol', '00u-c2'));
    for (const name of ['ann', 'carol']) {
      const next = await push(name, null);
      assert.equal(await suspended(next), true, name);
      await remove(next);
    }
  });

  it('says nothing of who shares the external id with whom it was said of, from before that was refused', async () => {
    const ann = await suspend('ann');
    const hal = await push('hal', '00u-hal');
    await house.ground.db.write((m) => m.update(UserTable, { id: hal.id }, { externalId: '00u-ann' }));
    const shared = await change(hal, 'hal2', '00u-ann');
    assert.equal(await suspended(shared), false);
    await suspendUser(house.ground, acme.scope, hal.id, 'admin');
    await activateUser(house.ground, acme.scope, hal.id);
    assert.equal(await suspended(await change(shared, 'hal3', '00u-ann')), false);
    await remove(ann);
    for (const [name, externalId] of [
      ['ann', null],
      ['ann9', '00u-ann'],
    ] as const) {
      await remove((await house.ground.db.read.findOneBy(UserTable, { id: hal.id }))!);
      const next = await push(name, externalId);
      assert.equal(await suspended(next), true, name);
      await remove(next);
    }
  });

  it('bars an external id that looks like what is kept of an erased one, without keeping it in plain', async () => {
    const user = await push('eve', '~mark:eve-secret');
    await suspendUser(house.ground, acme.scope, user.id, 'admin');
    const kept = await house.ground.db.read.query<{ key: string }[]>('SELECT "key" FROM "suspension_keys"');
    for (const { key } of kept) assert.doesNotMatch(key, /eve-secret/);
    await remove(user);
    const next = await push('eve9', '~mark:eve-secret');
    assert.equal(await suspended(next), true);
    await activateUser(house.ground, acme.scope, next.id);
    await remove(next);
    assert.equal(await suspended(await push('eve8', '~mark:eve-secret')), false);
  });

  it('stays within its account', async () => {
    await suspend('zoe');
    const other = await testCompany(house, 'other.example');
    const zoe = await other.person('zoe', '00u-zoe');
    assert.equal(await suspended(zoe), false);
  });
});
