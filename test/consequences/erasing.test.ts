import assert from 'node:assert/strict';
import { clock } from '../../src/platform/clock/clock.ts';
import { TrailRecordTable } from '../../src/trail/record.entity.ts';
import { removeUser, suspendUser } from '../../src/users/lifecycle/administer.ts';
import { deleteAccount, deleteOrganisation } from '../../src/users/lifecycle/delete-account.ts';
import { removeDomain } from '../../src/users/lifecycle/domains.ts';
import { eraseWhatIsDue } from '../../src/users/lifecycle/erase.ts';
import { ReceiptTable } from '../../src/users/lifecycle/receipt.entity.ts';
import { until } from '../support/until.ts';
import { type Stage, stage } from './support.ts';
import { describeOnEachEngine } from '../support/engines.ts';

const day = 86_400_000;
/** Of an account: nothing of these is left when it is erased. */
const tables = ['accounts', 'domains', 'connections', 'scim_keys', 'users', 'user_addresses', 'user_causes'];
const more = ['suspension_keys', 'directory_groups', 'group_members', 'tier_mappings', 'federated_identities'];

describeOnEachEngine('consequences: erasing', () => {
  let s: Stage;
  beforeEach(async () => {
    s = await stage(30);
  });
  afterEach(() => s.stop());

  const erase = () => eraseWhatIsDue(s.house.ground, s.house.upstairs);
  const remove = (id: string) => deleteOrganisation(s.house.ground, s.house.upstairs, id, id);

  it('A deleted person is kept out of reach for the days set, then erased with their addresses, identities and devices', async () => {
    const { acme, house } = s;
    const { read } = house.ground.db;
    const paula = await acme.member('paula', 'Pro');
    await s.provedDevice(acme.scope, paula);
    await removeDomain(house.ground, { ...acme.scope, domainId: (await s.domainOf(acme.scope)).id });
    await until(() => read.countBy(ReceiptTable, { userId: paula.id }));
    clock.advance(29 * day);
    assert.equal(await erase(), true);
    assert.equal(await s.count('users'), 1);
    clock.advance(2 * day);
    await erase();
    for (const table of ['users', 'user_addresses', 'federated_identities', 'sessions']) {
      assert.equal(await s.count(table), 0, table);
    }
    assert.equal(await s.count('receipts'), 1, 'a receipt names nobody, and stays');
  });

  it('A deleted account is kept for the days set, then nothing of it is left', async () => {
    const { acme, house } = s;
    const { organisationId } = acme.scope;
    const paula = await acme.member('paula', 'Pro');
    await suspendUser(house.ground, acme.scope, (await acme.person('tom')).id, 'admin');
    await s.provedDevice(acme.scope, paula);
    await remove(organisationId);
    await until(() => house.ground.db.read.countBy(ReceiptTable, { cause: 'account' }));
    clock.advance(29 * day);
    await erase();
    assert.equal(await s.count('accounts'), 1);
    assert.equal(await s.count('users'), 2);
    clock.advance(2 * day);
    await erase();
    for (const table of [...tables, ...more, 'receipts', 'sessions', 'organisations']) {
      assert.equal(await s.count(table), 0, table);
    }
  });

  it('With 0 days what was deleted is erased at the next turn', async () => {
    const none = await stage(0);
    const team = await none.own();
    const ruth = await none.register(team, 'ruth@any.example');
    const stays = await none.register(team, 'stays@any.example');
    const { ground, upstairs } = none.house;
    await none.wasSuspended(ruth);
    await removeUser(ground, upstairs, team, ruth.id);
    await eraseWhatIsDue(ground, upstairs);
    assert.equal(await none.count('users'), 1);
    await none.wasSuspended(stays);
    await removeUser(ground, upstairs, team, stays.id);
    await deleteAccount(ground, upstairs, team, 'Own');
    await eraseWhatIsDue(ground, upstairs);
    assert.equal(await none.count('users'), 0);
    assert.equal(await none.count('accounts'), 1, 'the other account is nobody’s business');
    await none.stop();
  });

  it('Erasing goes in bounded steps, each with its record, and goes on where it stopped', async () => {
    const team = await s.own();
    const { ground } = s.house;
    for (let i = 0; i < 450; i++) await s.register(team, `p${i}@any.example`);
    const alive = await s.own();
    await s.register(alive, 'stays@any.example');
    await remove(team.organisationId);
    clock.advance(31 * day);
    await erase();
    const records = await ground.db.read.find(TrailRecordTable, { order: { id: 'ASC' } });
    const steps = records.filter(({ eventName }) => eventName.startsWith('Erase'));
    assert.deepEqual(
      steps.map(({ eventName, responseElements }) => [eventName, responseElements?.['users']]),
      [
        ['EraseUsers', 200],
        ['EraseUsers', 200],
        ['EraseUsers', 50],
        ['EraseAccount', 0],
        ['EraseOrganisation', undefined],
      ],
    );
    assert.equal(await s.count('users'), 1);
  });

  it('The trail is kept', async () => {
    const team = await s.own();
    await remove(team.organisationId);
    clock.advance(31 * day);
    await erase();
    const { read } = s.house.ground.db;
    const kept = await read.find(TrailRecordTable, { where: { accountId: team.accountId }, order: { id: 'ASC' } });
    assert.deepEqual(
      kept.map(({ eventName }) => eventName),
      ['CreateAccount', 'EraseAccount'],
    );
    assert.ok(await read.findOneBy(TrailRecordTable, { eventName: 'DeleteOrganisation' }));
  });

  it('The names that a suspension bars are kept until their account is erased', async () => {
    const { acme, house } = s;
    const tom = await acme.member('tom', 'Pro');
    await suspendUser(house.ground, acme.scope, tom.id, 'admin');
    await removeDomain(house.ground, { ...acme.scope, domainId: (await s.domainOf(acme.scope)).id });
    clock.advance(31 * day);
    await erase();
    assert.equal(await s.count('users'), 0);
    const kept = await house.ground.db.read.query<{ key: string }[]>('SELECT "key" FROM "suspension_keys"');
    assert.ok(kept.length > 0);
    for (const { key } of kept) assert.doesNotMatch(key, /tom/, 'is barred, and named no more');
    const elsewhere = await s.own();
    await assert.rejects(s.register(elsewhere, tom.primaryAddress), { code: 'user.addressBarred' });
    await deleteAccount(house.ground, house.upstairs, acme.scope, 'Acme');
    clock.advance(31 * day);
    await erase();
    assert.equal(await s.count('suspension_keys'), 0);
    await s.register(elsewhere, tom.primaryAddress);
  });
});
