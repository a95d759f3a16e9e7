import { nobodys } from '../../src/accounts/accounts/nobodys.ts';
import { registerPerson } from '../../src/users/lifecycle/register.ts';
import assert from 'node:assert/strict';
import { IsNull } from 'typeorm';
import { DomainTable } from '../../src/accounts/domains/domain.entity.ts';
import { claimDomain } from '../../src/accounts/domains/domains.ts';
import { verifyDomain } from '../../src/accounts/domains/verify.ts';
import { buildHouse, startConsumer } from '../../src/app.ts';
import { connectionFor } from '../../src/auth/discovery/route.ts';
import { mapGroup } from '../../src/directory/groups/mappings.ts';
import { insertRow } from '../../src/platform/database/insert.ts';
import { newId } from '../../src/platform/ids/ids.ts';
import type { TxtResolver } from '../../src/platform/dns/txt.ts';
import { entitlement } from '../../src/users/entitlement/entitlement.ts';
import { activateUser, suspendUser } from '../../src/users/lifecycle/administer.ts';
import { loseDomain, removeDomain } from '../../src/users/lifecycle/domains.ts';
import { createPerson } from '../../src/users/lifecycle/people.ts';
import { ReceiptTable } from '../../src/users/lifecycle/receipt.entity.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { testCompany } from '../support/company.ts';
import { describeOnEachEngine, onEngine } from '../support/engines.ts';
import { testConfig } from '../support/house.ts';
import { until } from '../support/until.ts';
import { type Stage, stage } from './support.ts';

describeOnEachEngine('consequences: domains', () => {
  let s: Stage;
  beforeEach(async () => {
    s = await stage();
  });
  afterEach(() => s.stop());

  const remove = (scope: { organisationId: string; accountId: string }, domain: { id: string }) =>
    removeDomain(s.house.ground, { ...scope, domainId: domain.id });

  it('Removing a domain signs its people out of all devices at once', async () => {
    const own = await s.own();
    const domain = await s.verified(own, 'own.example');
    const ruth = await s.register(own, 'ruth@own.example');
    const devices = [await s.device(ruth), await s.device(ruth)];
    assert.equal((await remove(own, domain)).putOut, 1);
    for (const device of devices) assert.equal(await device.isIn(), false);
    const receipt = await until(() => s.house.ground.db.read.findOneBy(ReceiptTable, { userId: ruth.id }));
    assert.equal(receipt.cause, 'domain');
    assert.equal(receipt.sessions, 2);
    assert.ok(receipt.finishedAt - receipt.saidAt < 1000);
  });

  it('Registered people of an own account are Released', async () => {
    const own = await s.own();
    const domain = await s.verified(own, 'own.example');
    await s.verified(own, 'other.example');
    const ruth = await s.register(own, 'ruth@own.example');
    const sam = await s.register(own, 'sam@other.example');
    const device = await s.device(sam);
    await s.device(ruth);
    await remove(own, domain);
    assert.equal(await s.status(ruth), 'Released');
    assert.equal(await s.may(ruth), false);
    assert.equal(await s.status(sam), 'Registered');
    assert.equal(await device.isIn(), true);
    await s.verified(own, 'own.example');
    assert.equal(await s.status(ruth), 'Released', 'also when the domain comes back');
    assert.equal(await s.may(ruth), false);
  });

  it('Whoever was Released may register anew with the same address', async () => {
    const own = await s.own();
    const domain = await s.verified(own, 'own.example');
    const ruth = await s.register(own, 'ruth@own.example');
    await assert.rejects(s.register(own, 'ruth@own.example'), { code: 'user.userNameTaken' });
    await remove(own, domain);
    const elsewhere = await s.own();
    const again = await s.register(elsewhere, 'ruth@own.example');
    assert.equal(await s.may(again), true);
    await s.verified(own, 'own.example');
    const back = await s.register(own, 'ruth@own.example');
    assert.notEqual(back.id, ruth.id);
    assert.equal(await s.may(back), true);
    assert.equal(await s.status(ruth), 'Released');
  });

  it('Suspended people of an own account stay Suspended, and may not register anew', async () => {
    const own = await s.own();
    const domain = await s.verified(own, 'own.example');
    const tom = await s.register(own, 'tom@own.example');
    await suspendUser(s.house.ground, own, tom.id, 'admin');
    await remove(own, domain);
    assert.equal(await s.status(tom), 'Suspended');
    await assert.rejects(s.register(own, 'tom@own.example'), { code: 'user.addressBarred' });
    const elsewhere = await s.own();
    await assert.rejects(s.register(elsewhere, ' Tom@OWN.example'), { code: 'user.addressBarred' });
    await s.register(elsewhere, 'ruth@own.example');
    await s.verified(elsewhere, 'own.example');
    assert.equal(await s.may(await s.register(elsewhere, 'tom@own.example')), true, 'whose domain it is decides');
  });

  it('Activating somebody whose domain is gone makes them Released', async () => {
    const own = await s.own();
    const domain = await s.verified(own, 'own.example');
    const tom = await s.register(own, 'tom@own.example');
    await suspendUser(s.house.ground, own, tom.id, 'admin');
    await remove(own, domain);
    await activateUser(s.house.ground, own, tom.id);
    assert.equal(await s.status(tom), 'Released');
    assert.equal(await s.may(tom), false);
    assert.equal(await s.may(await s.register(await s.own(), 'tom@own.example')), true);
  });

  it('With the domain of their primary address, the profile of a directory’s person is deleted', async () => {
    const { acme } = s;
    await s.verified(acme.scope, 'sub.acme.example');
    const paula = await acme.member('paula', 'Pro');
    const device = await s.device(paula);
    const members = await s.count('group_members');
    await remove(acme.scope, await s.domainOf(acme.scope));
    assert.equal(await device.isIn(), false);
    assert.notEqual((await s.stored(paula)).deletedAt, null);
    assert.equal(await s.count('group_members'), members - 1);
    await s.verified(acme.scope, acme.domain);
    assert.equal(await s.may(paula), false, 'the domain coming back brings nobody back');
    const anew = await acme.person('paula');
    assert.notEqual(anew.id, paula.id, 'the directory pushes somebody new');
  });

  it('A suspension outlives the deleted profile', async () => {
    const { acme, house } = s;
    const tom = await acme.member('tom', 'Pro');
    await suspendUser(house.ground, acme.scope, tom.id, 'admin');
    await remove(acme.scope, await s.domainOf(acme.scope));
    await assert.rejects(s.register(await s.own(), tom.primaryAddress), { code: 'user.addressBarred' });
    await s.verified(acme.scope, acme.domain);
    const again = await acme.person('tom');
    assert.equal(await s.status(again), 'Suspended');
    await activateUser(house.ground, acme.scope, again.id);
    assert.equal(await s.status(again), 'Unregistered');
  });

  it('With the domain of a secondary address, only that address stops signing in', async () => {
    const { acme, house } = s;
    const second = await s.verified(acme.scope, 'second.example');
    const { ground } = house;
    const paula = await ground.db.write((m) =>
      createPerson(ground, m, acme.scope, acme.scope.connectionId, {
        userName: 'paula@acme.example',
        externalId: '00u-paula',
        displayName: 'paula',
        profile: {},
        emails: [{ value: 'paula@acme.example', primary: true }, { value: 'paula@second.example' }],
        primary: 'paula@acme.example',
      }),
    );
    await acme.group('Pro', [paula]);
    await mapGroup(ground, acme.scope, { groupName: 'Pro', tier: 'Pro' });
    const device = await s.provedDevice(acme.scope, paula);
    assert.ok(await connectionFor(ground.db.read, 'paula@second.example'));
    await remove(acme.scope, second);
    assert.equal(await connectionFor(ground.db.read, 'paula@second.example'), null);
    assert.ok(await connectionFor(ground.db.read, 'paula@acme.example'));
    assert.equal(await device.isIn(), true);
    assert.equal((await s.stored(paula)).deletedAt, null);
  });

  it('Removing a claim that was never verified touches nobody', async () => {
    const own = await s.own();
    await s.verified(own, 'own.example');
    const claim = await s.pending(own, 'pending.example');
    const team = await s.own();
    const guest = await s.register(team, 'guest@pending.example');
    const device = await s.device(guest);
    await remove(team, await s.pending(team, 'pending.example'));
    assert.deepEqual((await remove(own, claim)).accountType, 'EnterpriseLWA');
    assert.equal(await device.isIn(), true);
    assert.equal(await s.status(guest), 'Registered');
  });

  it('With its last domain an enterprise account becomes a team account', async () => {
    const own = await s.own();
    const first = await s.verified(own, 'own.example');
    const second = await s.verified(own, 'other.example');
    const ruth = await s.register(own, 'ruth@own.example');
    assert.equal((await remove(own, first)).accountType, 'EnterpriseLWA');
    assert.equal((await remove(own, second)).accountType, 'Team');
    assert.equal(await s.typeOf(own), 'Team');
    assert.equal(await s.may(ruth), false, 'which lets nobody back in who was released');
    assert.equal(await s.may(await s.register(own, 'anyone@else.example')), true);
  });

  it('Without its last domain a connected account stays connected, and lets nobody in', async () => {
    const { acme, house } = s;
    const paula = await acme.member('paula', 'Pro');
    const proof = await s.proof(acme.scope, paula);
    const removed = await remove(acme.scope, await s.domainOf(acme.scope));
    assert.equal(removed.accountType, 'EnterpriseOIDC');
    assert.equal(await s.count('connections'), 1);
    await assert.rejects(acme.person('nora'), { code: 'user.domainNotVerified' });
    await assert.rejects(s.provedDevice(acme.scope, paula), { code: 'signIn.unknownPerson' });
    assert.equal(proof.connection.accountId, acme.scope.accountId);
    assert.equal(await connectionFor(house.ground.db.read, 'paula@acme.example'), null);
  });

  /**
   * Another account proves the domain after seven days without the record: one with a directory, since any other takes in
   * who is left.
   */
  async function lose(scope: { organisationId: string; accountId: string }): Promise<void> {
    const { ground } = s.house;
    const held = await s.domainOf(scope);
    const { scope: another } = await testCompany(s.house, `another-${held.name}`);
    const claim = await s.pending(another, held.name);
    await ground.db.write((m) => m.update(DomainTable, { id: held.id }, { absentChecks: 7 }));
    const values = [claim.recordValue];
    const dns = { lookUp: () => Promise.resolve({ outcome: 'found', values, asked: [] }) } as unknown as TxtResolver;
    await verifyDomain(ground, dns, loseDomain(ground), { ...claim, domainId: claim.id });
  }

  it('Losing a domain to another account puts people out, and deletes nothing', async () => {
    const own = await s.own();
    await s.verified(own, 'own.example');
    const ruth = await s.register(own, 'ruth@own.example');
    const device = await s.device(ruth);
    await lose(own);
    assert.equal(await device.isIn(), false);
    assert.equal(await s.status(ruth), 'Registered');
    assert.equal(await s.may(ruth), false);
    assert.equal(await s.typeOf(own), 'EnterpriseLWA', 'a team account would let them in');

    const paula = await s.acme.member('paula', 'Pro');
    const theirs = await s.device(paula);
    await lose(s.acme.scope);
    assert.equal(await theirs.isIn(), false);
    assert.equal((await s.stored(paula)).deletedAt, null);
    await assert.rejects(s.device(paula));
  });

  it('Removing the claim of a lost domain counts as removing the domain', async () => {
    const own = await s.own();
    const domain = await s.verified(own, 'own.example');
    const ruth = await s.register(own, 'ruth@own.example');
    await s.device(ruth);
    await lose(own);
    assert.equal((await remove(own, domain)).accountType, 'Team');
    assert.equal(await s.status(ruth), 'Released');
    assert.equal(await s.may(ruth), false);
  });

  it('A removal that concerns thousands is finished in bounded steps, and lets nobody in meanwhile', async () => {
    const house = await buildHouse(await onEngine(testConfig()));
    const { ground } = house;
    const acme = await testCompany(house);
    const paula = await acme.member('paula', 'Pro');
    const { accountId } = acme.scope;
    await ground.db.write(async (m) => {
      for (let i = 0; i < 2_100; i++) {
        const name = `p${i}@acme.example`;
        const keys = { userName: name, userNameKey: name, primaryAddress: name, primaryAddressKey: name };
        await insertRow(m, UserTable, { ...paula, id: newId(), externalId: null, ...keys });
      }
    });
    const held = await ground.db.read.findOneBy(DomainTable, { accountId });
    const at = { ...acme.scope, domainId: held!.id };
    await removeDomain(ground, at);
    const left = await ground.db.read.find(UserTable, { where: { accountId, deletedAt: IsNull() } });
    assert.ok(left.length > 0, 'the first step leaves some');
    for (const { id } of left.slice(0, 10)) assert.equal((await entitlement(ground.db.read, id)).maySignIn, false);
    await assert.rejects(claimDomain(ground, acme.scope.organisationId, accountId, { domain: acme.domain }), {
      code: 'domain.beingRemoved',
    });
    await assert.rejects(removeDomain(ground, at), { code: 'domain.notFound' });
    const consumer = startConsumer(house); // as after a start that follows a crash
    await until(async () => (await ground.db.read.countBy(DomainTable, { accountId })) === 0);
    assert.equal(await ground.db.read.countBy(UserTable, { accountId, deletedAt: IsNull() }), 0);
    await consumer.stop();
    await claimDomain(ground, acme.scope.organisationId, accountId, { domain: acme.domain });
    await house.close();
  });

  it('Verifying a domain takes in those who registered with its addresses before, and puts nobody out', async () => {
    const { ground } = s.house;
    const own = await s.own();
    const team = await s.own();
    const ruth = await ground.db.write((m) => registerPerson(ground, m, nobodys, { address: 'ruth@own.example' }));
    const tom = await s.register(team, 'tom@own.example');
    const devices = [await s.device(ruth), await s.device(tom)];
    const claim = await s.pending(own, 'own.example');
    const dns = { lookUp: async () => ({ outcome: 'found' as const, values: [claim.recordValue] }) };
    await verifyDomain(ground, dns as never, loseDomain(ground), { ...own, domainId: claim.id });
    for (const user of [ruth, tom]) await until(async () => (await s.stored(user)).accountId === own.accountId);
    for (const device of devices) assert.equal(await device.isIn(), true);
    assert.equal(await s.count('receipts'), 0);
  });
});
