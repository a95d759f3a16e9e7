import assert from 'node:assert/strict';
import type { House } from '../../src/app.ts';
import { DomainTable } from '../../src/accounts/domains/domain.entity.ts';
import { userPrincipal } from '../../src/auth/people/principal.ts';
import { mapGroup, unmapGroup } from '../../src/directory/groups/mappings.ts';
import { deleteGroup } from '../../src/directory/groups/groups.ts';
import { addMembers, removeMembers } from '../../src/directory/groups/members.ts';
import { UserTable, type User } from '../../src/users/user.entity.ts';
import { entitlement } from '../../src/users/entitlement/entitlement.ts';
import { activateUser, signOutUser, suspendUser } from '../../src/users/lifecycle/administer.ts';
import { liftNo, sayNo } from '../../src/users/lifecycle/causes.ts';
import { ReceiptTable } from '../../src/users/lifecycle/receipt.entity.ts';
import { type Company, lostDomain, testCompany } from '../support/company.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { testHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

/** Every way to say no, and the way to lift that same no. */
interface Way {
  name: string;
  no: () => Promise<unknown>;
  lift: () => Promise<unknown>;
}

describeOnEachEngine('out', () => {
  let house: House & { stop: () => Promise<void> };
  let acme: Company;
  let paula: User;
  let pro: { id: string; displayName: string };

  beforeEach(async () => {
    house = await testHouse();
    acme = await testCompany(house);
    paula = await acme.person('paula');
    pro = await acme.group('Pro', [paula]);
    await mapGroup(house.ground, acme.scope, { groupName: 'Pro', tier: 'Pro' });
  });
  afterEach(() => house.stop());

  /** A device of Paula's, begun as a sign-in begins one. */
  async function signIn(): Promise<string> {
    const { ground, sessions } = house;
    return ground.db.write(async (m) => {
      const principal = await userPrincipal(m, paula.id);
      assert.ok(principal?.mayBeIn, 'she may come in');
      const { session, token } = await sessions.begin(m, principal, 3_600_000);
      await m.update(UserTable, { id: paula.id }, { liveUntil: session.expiresAt });
      return token;
    });
  }
  const isIn = async (token: string): Promise<boolean> => (await house.sessions.check(token, 'user')).in;

  const may = async (): Promise<boolean> => (await entitlement(house.ground.db.read, paula.id)).maySignIn;

  function ways(): Way[] {
    const { ground } = house;
    const { scope } = acme;
    return [
      {
        name: 'administrator',
        no: () => suspendUser(ground, scope, paula.id, 'admin'),
        lift: () => activateUser(ground, scope, paula.id),
      },
      {
        name: 'directory',
        no: () => ground.db.write((m) => sayNo(ground, m, paula, 'directory', 'key')),
        lift: () => ground.db.write((m) => liftNo(ground, m, paula, 'directory')),
      },
      {
        name: 'group',
        no: () => ground.db.write((m) => removeMembers(ground, m, scope, pro.id, [paula.id])),
        lift: () => ground.db.write((m) => addMembers(ground, m, scope, pro.id, [paula.id])),
      },
      {
        name: 'domain',
        no: () => lostDomain(ground, scope),
        lift: () =>
          ground.db.write((m) => m.update(DomainTable, { accountId: scope.accountId }, { state: 'verified' })),
      },
    ];
  }

  it('refuses from the commit on, for every cause, and what ended stays ended when the cause is lifted', async () => {
    for (const way of ways()) {
      const token = await signIn();
      assert.equal(await isIn(token), true, way.name);
      await way.no();
      assert.equal(await isIn(token), false, `${way.name}: out with the commit`);
      assert.equal((await entitlement(house.ground.db.read, paula.id)).maySignIn, false, way.name);
      await way.lift();
      assert.equal(await isIn(token), false, `${way.name}: what was born before is dead`);
      assert.equal(await isIn(await signIn()), true, `${way.name}: she may come in anew`);
    }
  });

  it('lifts a cause only by the one who set it: every pair, in both orders', async () => {
    const all = ways();
    for (const first of all) {
      for (const second of all) {
        if (first === second) continue;
        for (const lifts of [
          [first, second],
          [second, first],
        ] as const) {
          const token = await signIn();
          await first.no();
          await second.no();
          assert.equal(await may(), false, `${first.name} + ${second.name}`);
          await lifts[0].lift();
          assert.equal(await may(), false, `${first.name} + ${second.name}, ${lifts[0].name} lifted`);
          await lifts[1].lift();
          assert.equal(await may(), true, `${first.name} + ${second.name}, both lifted`);
          assert.equal(await isIn(token), false);
        }
      }
    }
  });

  it('puts out by one mapping, by a deleted group, by a sign-out; a change of tier puts nobody out', async () => {
    const { ground } = house;
    let token = await signIn();
    const mapping = await mapGroup(ground, acme.scope, { groupName: 'Pro', tier: 'Basic' });
    assert.equal(await isIn(token), true, 'a change of tier ends nothing');
    assert.equal((await entitlement(ground.db.read, paula.id)).tier, 'Basic');
    assert.equal(await unmapGroup(ground, acme.scope, mapping.id), 1);
    assert.equal(await isIn(token), false);
    await mapGroup(ground, acme.scope, { groupName: 'Pro', tier: 'Pro' });
    assert.equal(await isIn(token), false, 'a yes does not bring back what a no ended');

    token = await signIn();
    await signOutUser(ground, acme.scope, paula.id);
    assert.equal(await isIn(token), false);

    token = await signIn();
    const group = await ground.db.read.query('SELECT * FROM "directory_groups"');
    await ground.db.write((m) => deleteGroup(ground, m, acme.scope, group[0]));
    assert.equal(await isIn(token), false);
    await acme.group('Pro', [paula]);
    assert.equal(await isIn(await signIn()), true, 'the waiting mapping takes the new group up');
  });

  it('writes a receipt for what a no ended, with the time that it took', async () => {
    await signIn();
    await signIn();
    await suspendUser(house.ground, acme.scope, paula.id, 'admin');
    const receipt = await until(() => house.ground.db.read.findOneBy(ReceiptTable, { userId: paula.id }));
    assert.equal(receipt.sessions, 2);
    assert.equal(receipt.cause, 'administrator');
    assert.ok(receipt.finishedAt >= receipt.saidAt && receipt.finishedAt - receipt.saidAt < 1000);
  });

  it('keeps a person who is in both groups in, and Pro, until the last group goes', async () => {
    const { ground } = house;
    const basic = await acme.group('Basic', [paula]);
    await mapGroup(ground, acme.scope, { groupName: 'Basic', tier: 'Basic' });
    const token = await signIn();
    assert.equal((await entitlement(ground.db.read, paula.id)).tier, 'Pro');
    await ground.db.write((m) => removeMembers(ground, m, acme.scope, pro.id, [paula.id]));
    assert.equal(await isIn(token), true);
    assert.equal((await entitlement(ground.db.read, paula.id)).tier, 'Basic');
    await ground.db.write((m) => removeMembers(ground, m, acme.scope, basic.id, [paula.id]));
    assert.equal(await isIn(token), false);
  });

  it('follows groups in groups, at any depth, and a loop harms nothing', async () => {
    const { ground } = house;
    const nora = await acme.person('nora');
    const inner = await acme.group('Inner', [nora]);
    const middle = await acme.group('Middle', [inner]);
    await ground.db.write((m) => addMembers(ground, m, acme.scope, inner.id, [middle.id]));
    assert.equal((await entitlement(ground.db.read, nora.id)).maySignIn, false);
    await ground.db.write((m) => addMembers(ground, m, acme.scope, pro.id, [middle.id]));
    assert.equal((await entitlement(ground.db.read, nora.id)).tier, 'Pro');
    const before = (await ground.db.read.findOneBy(UserTable, { id: nora.id }))!.epoch;
    await ground.db.write((m) => m.update(UserTable, { id: nora.id }, { liveUntil: Date.now() + 1e6 }));
    await ground.db.write((m) => removeMembers(ground, m, acme.scope, pro.id, [middle.id]));
    assert.equal((await ground.db.read.findOneBy(UserTable, { id: nora.id }))!.epoch, before + 1);
  });
});
