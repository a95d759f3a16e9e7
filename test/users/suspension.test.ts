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

  it('stays within its account', async () => {
    await suspend('zoe');
    const other = await testCompany(house, 'other.example');
    const zoe = await other.person('zoe', '00u-zoe');
    assert.equal(await suspended(zoe), false);
  });
});
