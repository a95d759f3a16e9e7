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
    assert.notEqual((await s.stored(ruth)).deletedAt, null);
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
});
