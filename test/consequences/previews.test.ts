import assert from 'node:assert/strict';
import { deleteConnection } from '../../src/auth/connectors/openid/disconnect.ts';
import { suspendUser } from '../../src/users/lifecycle/administer.ts';
import { removeDomain } from '../../src/users/lifecycle/domains.ts';
import {
  wouldDeleteAccount,
  wouldDeleteOrganisation,
  wouldDisconnect,
  wouldRemoveDomain,
} from '../../src/users/lifecycle/would-end.ts';
import { requireAccount } from '../../src/accounts/accounts/accounts.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { type Stage, stage } from './support.ts';

describeOnEachEngine('consequences: what is said before', () => {
  let s: Stage;
  beforeEach(async () => {
    s = await stage();
  });
  afterEach(() => s.stop());

  it('Before a domain is removed, how many go out and what becomes of them is told', async () => {
    const { ground } = s.house;
    const { read } = ground.db;
    const own = await s.own();
    const domain = await s.verified(own, 'own.example');
    const ruth = await s.register(own, 'ruth@own.example');
    await s.register(own, 'rob@own.example');
    const tom = await s.register(own, 'tom@own.example');
    await suspendUser(ground, own, tom.id, 'admin');
    const device = await s.device(ruth);
    const loss = { people: 2, signedIn: 1 };
    const told = await wouldRemoveDomain(read, domain);
    const becomes = { becomes: 'Released', people: 3, suspended: 1, alsoBy: 0, last: true, accountType: 'Team' };
    assert.deepEqual(told, { loss, ...becomes });
    assert.equal(await device.isIn(), true, 'telling changes nothing');
    const removed = await removeDomain(ground, { ...own, domainId: domain.id });
    assert.deepEqual([removed.putOut, removed.accountType], [1, told.accountType]);

    await s.acme.member('paula', 'Pro');
    await s.acme.person('nora');
    const theirs = await wouldRemoveDomain(read, await s.domainOf(s.acme.scope));
    assert.deepEqual(
      [theirs.becomes, theirs.people, theirs.loss.people, theirs.accountType],
      ['deleted', 2, 1, 'EnterpriseOIDC'],
    );
    const pending = await wouldRemoveDomain(read, await s.pending(s.acme.scope, 'pending.example'));
    assert.deepEqual([pending.becomes, pending.people], [null, 0]);
  });

  it('Before the OpenID configuration is deleted, who stays in and who is suspended is told', async () => {
    const { acme, house } = s;
    await acme.member('paula', 'Pro');
    await acme.person('nora');
    const told = await wouldDisconnect(house.ground.db.read, acme.scope.accountId);
    assert.deepEqual(told, { kept: 1, suspended: 1, groups: 1, mappings: 1, accountType: 'EnterpriseLWA' });
    assert.equal(await deleteConnection(house.ground, acme.scope, 'admin'), told.accountType);
  });

  it('Before an account or an organisation is deleted, what stands in the way and what it takes is told', async () => {
    const { read } = s.house.ground.db;
    const team = await s.own();
    const ruth = await s.register(team, 'ruth@any.example');
    await s.device(ruth);
    const account = await requireAccount(read, team.organisationId, team.accountId);
    assert.deepEqual(await wouldDeleteAccount(read, account), {
      blockers: { domains: [], people: 1 },
      people: 1,
      signedIn: 1,
    });
    const acme = await requireAccount(read, s.acme.scope.organisationId, s.acme.scope.accountId);
    assert.deepEqual((await wouldDeleteAccount(read, acme)).blockers, { domains: ['acme.example'], people: 0 });
    const organisation = await wouldDeleteOrganisation(read, team.organisationId);
    assert.deepEqual(organisation, { accounts: 1, people: 1, signedIn: 1 });
  });
});
