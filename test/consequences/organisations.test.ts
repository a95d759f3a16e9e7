import assert from 'node:assert/strict';
import { firstAdministrator } from '../../src/access/administrators/first.ts';
import { linkForAdministrator } from '../../src/access/administrators/manage.ts';
import { setUpAdministrator } from '../../src/access/administrators/set-up.ts';
import { signInAdministrator } from '../../src/access/administrators/signing-in/sign-in.ts';
import { listDeletedAccounts } from '../../src/accounts/accounts/accounts.ts';
import { listOrganisations } from '../../src/accounts/organisations/organisations.ts';
import { buildHouse } from '../../src/app.ts';
import { createScimKey, findScimKey } from '../../src/directory/scim/keys/keys.ts';
import { deleteOrganisation } from '../../src/users/lifecycle/delete-account.ts';
import { ReceiptTable } from '../../src/users/lifecycle/receipt.entity.ts';
import { describeOnEachEngine, onEngine } from '../support/engines.ts';
import { testConfig } from '../support/house.ts';
import { until } from '../support/until.ts';
import { type Stage, stage } from './support.ts';

describeOnEachEngine('consequences: organisations', () => {
  let s: Stage;
  beforeEach(async () => {
    s = await stage();
  });
  afterEach(() => s.stop());

  const remove = (organisationId: string, typed = organisationId) =>
    deleteOrganisation(s.house.ground, s.house.upstairs, organisationId, typed);

  it('Deleting an organisation deletes its accounts, whatever is in them, and nobody else’s', async () => {
    const { acme, house } = s;
    const { ground } = house;
    const { organisationId } = acme.scope;
    const team = await s.own({ organisationId });
    const elsewhere = await s.own();
    const stays = await s.device(await s.register(elsewhere, 'else@any.example'));
    const paula = await acme.member('paula', 'Pro');
    const ruth = await s.register(team, 'ruth@any.example');
    const devices = [await s.device(paula), await s.device(ruth)];
    const { token } = await createScimKey(ground, acme.scope, { name: 'Okta' });
    const deleted = await remove(organisationId);
    assert.equal(deleted.accounts, 2);
    assert.equal(deleted.putOut, 2);
    for (const device of devices) assert.equal(await device.isIn(), false);
    assert.equal(await stays.isIn(), true);
    await until(async () => (await ground.db.read.countBy(ReceiptTable, { cause: 'account' })) === 2);
    assert.equal(await findScimKey(ground.db.read, token), null);
    for (const table of ['connections', 'domains', 'tier_mappings']) assert.equal(await s.count(table), 0, table);
    assert.equal((await listDeletedAccounts(ground.db.read, organisationId)).length, 2);
    await assert.rejects(remove(organisationId), { code: 'organisation.notFound' });
    await s.verified(elsewhere, acme.domain);
  });

  it('The administrators of a deleted organisation are out at once, and cannot sign in', async () => {
    const house = await buildHouse(await onEngine(testConfig()));
    const { ground, sessions } = house;
    const link = await firstAdministrator(ground);
    const password = 'seven otters paddle upstream';
    const input = { organisationName: 'Acme', userName: 'ada', password, again: password };
    const token = new URL(link!).searchParams.get('token') ?? '';
    const from = { browser: '', device: undefined, previous: null, target: '' };
    const begun = await setUpAdministrator(ground, sessions, token, input, from);
    assert.equal(begun.step, 'in');
    const organisationId = begun.session.organisationId;
    assert.equal((await sessions.check(begun.token, 'administrator')).in, true);
    const { principalId } = begun.session;
    const second = await linkForAdministrator(ground, { organisationId, actorId: null }, principalId);
    await deleteOrganisation(ground, house.upstairs, organisationId, organisationId);
    assert.equal((await sessions.check(begun.token, 'administrator')).in, false);
    const credentials = { organisationId, userName: 'ada', password };
    await assert.rejects(signInAdministrator(ground, sessions, credentials, from, false), {
      code: 'administrator.signInFailed',
    });
    const unused = new URL(second.link).searchParams.get('token') ?? '';
    await assert.rejects(setUpAdministrator(ground, sessions, unused, input, from), {
      code: 'administrator.linkInvalid',
    });
    assert.deepEqual(await listOrganisations(ground.db.read), []);
    assert.ok(await firstAdministrator(ground), 'the next start makes a first one again');
    await house.close();
  });

  it('Deleting an organisation wants its number typed', async () => {
    const { organisationId } = s.acme.scope;
    for (const typed of ['', 'Acme', organisationId.slice(1)]) {
      await assert.rejects(remove(organisationId, typed), { code: 'organisation.notConfirmed', field: 'confirmation' });
    }
    await remove(
      organisationId,
      `${organisationId.slice(0, 4)}-${organisationId.slice(4, 8)} ${organisationId.slice(8)}`,
    );
  });
});
