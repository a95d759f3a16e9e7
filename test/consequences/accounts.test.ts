import { acceptInvitation } from '../../src/users/invitations/accept.ts';
import { typedOf } from '../../src/users/invitations/addresses.ts';
import { invitePeople } from '../../src/users/invitations/invite.ts';
import { registerPerson } from '../../src/users/lifecycle/register.ts';
import { beginTrial } from '../../src/users/trial/begin.ts';
import { nobodys } from '../../src/accounts/accounts/nobodys.ts';
import assert from 'node:assert/strict';
import {
  listAccounts,
  listDeletedAccounts,
  renameAccount,
  requireAccount,
} from '../../src/accounts/accounts/accounts.ts';
import { letIn } from '../../src/auth/people/let-in.ts';
import { createScimKey, findScimKey } from '../../src/directory/scim/keys/keys.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { entitlement } from '../../src/users/entitlement/entitlement.ts';
import { removeUser, suspendUser } from '../../src/users/lifecycle/administer.ts';
import { deleteAccount } from '../../src/users/lifecycle/delete-account.ts';
import { removeDomain } from '../../src/users/lifecycle/domains.ts';
import { TrailRecordTable } from '../../src/trail/record.entity.ts';
import type { Scope } from '../../src/users/lifecycle/out.ts';
import { ReceiptTable } from '../../src/users/lifecycle/receipt.entity.ts';
import { until } from '../support/until.ts';
import { type Stage, stage } from './support.ts';
import { describeOnEachEngine } from '../support/engines.ts';

const day = 86_400_000;

describeOnEachEngine('consequences: accounts', () => {
  let s: Stage;
  beforeEach(async () => {
    s = await stage();
  });
  afterEach(() => s.stop());

  const remove = (scope: Scope, name = 'Own') => deleteAccount(s.house.ground, s.house.upstairs, scope, name);

  it('Renaming an account puts nobody out', async () => {
    const team = await s.own();
    const device = await s.device(await s.register(team, 'ruth@any.example'));
    await renameAccount(s.house.ground, team.organisationId, team.accountId, { name: 'Other name' });
    assert.equal(await device.isIn(), true);
    const { name } = await requireAccount(s.house.ground.db.read, team.organisationId, team.accountId);
    assert.equal(name, 'Other name');
  });

  it('A team account is deleted once its people are removed or suspended', async () => {
    const team = await s.own();
    const ruth = await s.register(team, 'ruth@any.example');
    const tom = await s.register(team, 'tom@any.example');
    await assert.rejects(remove(team), { code: 'account.peopleRemain', message: /2 are left/ });
    await removeUser(s.house.ground, s.house.upstairs, team, ruth.id);
    await assert.rejects(remove(team), { code: 'account.peopleRemain', message: /1 are left/ });
    await assert.rejects(suspendUser(s.house.ground, team, tom.id, 'admin'), { code: 'user.notSuspendable' });
    await s.wasSuspended(tom);
    assert.notEqual((await remove(team)).deletedAt, null);
  });

  it('An enterprise account is deleted once its domains are removed', async () => {
    const own = await s.own();
    const domain = await s.verified(own, 'own.example');
    await s.register(own, 'ruth@own.example');
    await s.pending(own, 'pending.example');
    await assert.rejects(remove(own), { code: 'account.domainsRemain', message: /: own\.example\.$/ });
    await removeDomain(s.house.ground, { ...own, domainId: domain.id });
    await remove(own);
    assert.equal((await listAccounts(s.house.ground.db.read, own.organisationId)).length, 0);

    await assert.rejects(remove(s.acme.scope, 'Acme'), { code: 'account.domainsRemain' });
    await removeDomain(s.house.ground, { ...s.acme.scope, domainId: (await s.domainOf(s.acme.scope)).id });
    await remove(s.acme.scope, 'Acme');
  });

  it('Deleting an account wants its name typed', async () => {
    const team = await s.own();
    for (const typed of ['', 'own', 'Own account']) {
      await assert.rejects(remove(team, typed), { code: 'account.notConfirmed', field: 'confirmation' });
    }
    await remove(team, ' Own ');
  });

  it('Nothing and nobody of a deleted account is let in, or found', async () => {
    const { acme, house } = s;
    const { ground } = house;
    const paula = await acme.member('paula', 'Pro');
    const device = await s.provedDevice(acme.scope, paula);
    const { token } = await createScimKey(ground, acme.scope, { name: 'Okta' });
    const proof = await s.proof(acme.scope, paula);
    await removeDomain(ground, { ...acme.scope, domainId: (await s.domainOf(acme.scope)).id });
    await remove(acme.scope, 'Acme');
    assert.equal(await device.isIn(), false);
    assert.equal(await findScimKey(ground.db.read, token), null);
    assert.equal(await s.count('connections'), 0);
    assert.equal((await entitlement(ground.db.read, paula.id)).because[0]?.kind, 'account');
    await assert.rejects(letIn(ground, house.sessions, proof, null), { code: 'signIn.stale' });
    const { organisationId, accountId } = acme.scope;
    await assert.rejects(requireAccount(ground.db.read, organisationId, accountId), { code: 'account.notFound' });
    await assert.rejects(remove(acme.scope, 'Acme'), { code: 'account.notFound' });

    // Whoever should hold something live all the same is put out, with a receipt.
    const team = await s.own();
    const tom = await s.register(team, 'tom@any.example');
    await s.wasSuspended(tom);
    await ground.db.write((m) => m.update(UserTable, { id: tom.id }, { liveUntil: Date.now() + day }));
    await remove(team);
    await until(() => ground.db.read.findOneBy(ReceiptTable, { userId: tom.id, cause: 'account' }));
    await s.verified(await s.own(), 'acme.example');
  });

  it('A deleted account is listed with the time at which it is erased', async () => {
    const team = await s.own();
    const before = Date.now();
    await remove(team);
    const [listed] = await listDeletedAccounts(s.house.ground.db.read, team.organisationId);
    assert.equal(listed?.id, team.accountId);
    assert.ok(listed.eraseAfter! >= before + 30 * day && listed.eraseAfter! <= Date.now() + 30 * day);
    assert.deepEqual(await listDeletedAccounts(s.house.ground.db.read, s.acme.scope.organisationId), []);
  });

  it('An administrator removes people of a team account, and who was Released; elsewhere the directory does', async () => {
    const { ground, upstairs } = s.house;
    const team = await s.own();
    const ruth = await s.register(team, 'ruth@any.example');
    const device = await s.device(ruth);
    await removeUser(ground, upstairs, team, ruth.id);
    assert.equal(await device.isIn(), false);
    const receipt = await until(() => ground.db.read.findOneBy(ReceiptTable, { userId: ruth.id }));
    assert.equal(receipt.cause, 'removed');
    await s.register(team, 'ruth@any.example');

    const own = await s.own();
    const domain = await s.verified(own, 'own.example');
    await s.verified(own, 'second.example');
    const sam = await s.register(own, 'sam@own.example');
    await assert.rejects(removeUser(ground, upstairs, own, sam.id), { code: 'user.notRemovable' });
    await removeDomain(ground, { ...own, domainId: domain.id });
    await removeUser(ground, upstairs, own, sam.id);
    const paula = await s.acme.member('paula', 'Pro');
    await assert.rejects(removeUser(ground, upstairs, s.acme.scope, paula.id), { code: 'user.notRemovable' });
    await assert.rejects(removeUser(ground, upstairs, team, paula.id), { code: 'user.notFound' });
    const refused = await ground.db.read.findBy(TrailRecordTable, { eventName: 'RemoveUser' });
    assert.equal(refused.filter(({ errorCode }) => errorCode === null).length, 2);
  });

  it('Whoever is removed from a team account is out everywhere, and goes on in no account with their own', async () => {
    const { ground, upstairs } = s.house;
    const team = await s.own();
    const ruth = await s.register(team, 'ruth@any.example');
    const device = await s.device(ruth);
    assert.equal(await removeUser(ground, upstairs, team, ruth.id), true);
    assert.equal(await device.isIn(), false);
    const now = await s.stored(ruth);
    assert.deepEqual(
      [now.accountId, now.organisationId, now.deletedAt],
      [nobodys.accountId, nobodys.organisationId, null],
    );
    assert.deepEqual(
      [now.primaryAddress, (await entitlement(ground.db.read, ruth.id)).tier],
      ['ruth@any.example', 'Basic'],
    );
    assert.equal(await (await s.device(ruth)).isIn(), true);
    await until(() => ground.db.read.findOneBy(ReceiptTable, { userId: ruth.id, accountId: team.accountId }));
    const [again] = await invitePeople(ground, team, typedOf(['ruth@any.example']), { by: 'admin' });
    assert.equal(again?.error, null);
    await remove(team);
    assert.equal(await s.may(ruth), true);
  });

  it('Whoever was Released, or is suspended, is deleted when they are removed', async () => {
    const { ground, upstairs } = s.house;
    const team = await s.own();
    const tom = await s.register(team, 'tom@any.example');
    await s.wasSuspended(tom);
    const own = await s.own({ organisationId: team.organisationId, name: 'Other' });
    const domain = await s.verified(own, 'own.example');
    const sam = await s.register(own, 'sam@own.example');
    await removeDomain(ground, { ...own, domainId: domain.id });
    for (const [at, user] of [
      [team, tom],
      [own, sam],
    ] as const) {
      assert.equal(await removeUser(ground, upstairs, at, user.id), false);
      const { accountId, deletedAt } = await s.stored(user);
      assert.equal(accountId, at.accountId);
      assert.notEqual(deletedAt, null);
    }
    await assert.rejects(s.register(team, 'tom@any.example'), { code: 'user.addressBarred' });
  });

  it('Whoever has no address in the domains of an enterprise account without a directory can be removed from it', async () => {
    const { ground, upstairs } = s.house;
    const own = await s.own();
    const guest = await s.register(own, 'guest@any.example');
    await s.verified(own, 'own.example');
    const sam = await s.register(own, 'sam@own.example');
    assert.equal(await s.may(guest), false);
    assert.equal(await removeUser(ground, upstairs, own, guest.id), true);
    assert.equal(await s.may(guest), true);
    await assert.rejects(removeUser(ground, upstairs, own, sam.id), { code: 'user.notRemovable' });
  });

  it('Accepting an invitation puts nobody out, and ends a trial', async () => {
    const { ground, upstairs, sessions } = s.house;
    const team = await s.own();
    const ruth = await ground.db.write((m) => registerPerson(ground, m, nobodys, { address: 'ruth@any.example' }));
    await ground.db.write((m) => beginTrial(ground, m, ruth.id));
    const device = await s.device(ruth);
    const before = (await sessions.principal('user', ruth.id))!;
    const [{ invitation } = { invitation: null }] = await invitePeople(ground, team, typedOf(['ruth@any.example']), {
      by: 'admin',
    });
    const by = { invitationId: invitation!.id };
    await acceptInvitation(ground, upstairs, { userId: ruth.id, scope: nobodys, by });
    assert.equal(await device.isIn(), true);
    assert.equal(await ground.db.read.countBy(ReceiptTable, { userId: ruth.id }), 0);
    const { because } = await entitlement(ground.db.read, ruth.id);
    assert.deepEqual(because, [{ kind: 'assigned', tier: 'Pro' }]);
    const { epoch, accountEpoch } = before;
    const token = { kind: 'user' as const, principalId: ruth.id, epoch, accountEpoch, sessionId: null };
    assert.equal(await sessions.standing(token), null, 'what was handed out in the former organisation');
  });
});
