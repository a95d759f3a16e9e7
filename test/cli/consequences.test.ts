import assert from 'node:assert/strict';
import { buildHouse } from '../../src/app.ts';
import { DomainTable } from '../../src/accounts/domains/domain.entity.ts';
import { TrailRecordTable } from '../../src/trail/record.entity.ts';
import { registerPerson } from '../../src/users/lifecycle/register.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { runCommand } from '../support/command.ts';
import { testCompany } from '../support/company.ts';
import { testConfig } from '../support/house.ts';

describe('carillon: consequences', () => {
  let config: Config;
  let organisationId: string;
  beforeEach(async () => {
    config = testConfig();
    const house = await buildHouse(config);
    const acme = await testCompany(house);
    await acme.member('paula', 'Pro');
    await acme.person('nora');
    ({ organisationId } = acme.scope);
    await house.close();
  });

  const run = (words: string[], around = {}) => runCommand(config, words, around);

  it('renames an account', async () => {
    const ran = await run(['account', 'rename', 'Acme', 'Acme Group', '--json']);
    assert.equal(ran.json().name, 'Acme Group');
    assert.equal((await run(['account', 'rename', 'Acme Group', ' ', '--json'])).error().code, 'account.nameInvalid');
  });

  it('deletes connection, domain and account, each after saying what happens, and lists what is not erased yet', async () => {
    const blocked = await run(['account', 'delete', 'Acme', '--yes', '--json']);
    assert.equal(blocked.error().code, 'account.domainsRemain');

    const unasked = await run(['connection', 'delete']);
    assert.notEqual(unasked.status, 0);
    assert.match(unasked.stderr, /1 person keeps their permission tier/);
    const declined = await run(['connection', 'delete'], { answers: ['n'] });
    assert.notEqual(declined.status, 0);
    assert.equal((await run(['connection', 'delete', '--yes', '--json'])).json().accountType, 'EnterpriseLWA');

    const asked = await run(['domain', 'remove', 'acme.example'], { answers: ['y'] });
    assert.match(asked.stderr, /2 people have a primary address in this domain\. They are Released for good/);
    assert.equal(asked.status, 0);
    const status = (await run(['user', 'show', 'paula@acme.example', '--json'])).json().status;
    assert.equal(status, 'Released');
    const released = (await run(['user', 'list', '--status', 'released', '--json'])).json().users;
    assert.deepEqual(
      released.map(({ email }: { email: string }) => email),
      ['paula@acme.example'],
    );
    assert.match((await run(['user', 'why', 'paula@acme.example'])).stdout, /Nothing brings them back/);
    assert.equal((await run(['user', 'remove', 'paula@acme.example', '--yes', '--json'])).json().removed, true);

    const deleted = await run(['account', 'delete', 'Acme', '--yes', '--json']);
    assert.match(deleted.json().eraseAfter, /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual((await run(['account', 'list', '--json'])).json().accounts, []);
    const [listed] = (await run(['account', 'list', '--deleted', '--json'])).json().accounts;
    assert.deepEqual([listed.name, listed.eraseAfter], ['Acme', deleted.json().eraseAfter]);
  });

  it('deletes an organisation by its number, after saying how many that puts out', async () => {
    const house = await buildHouse(config);
    const { ground } = house;
    const claim = await ground.db.read.findOneBy(DomainTable, { organisationId });
    const { accountId } = claim!;
    await ground.db.write((m) =>
      registerPerson(ground, m, { organisationId, accountId }, { address: 'r@acme.example' }),
    );
    await house.close();
    assert.equal(
      (await run(['organisation', 'delete', 'Acme', '--yes', '--json'])).error().code,
      'organisation.notFound',
    );
    const asked = await run(['organisation', 'delete', organisationId], { answers: [''] });
    assert.match(asked.stderr, /with 1 account and 3 people/);
    const deleted = (await run(['organisation', 'delete', organisationId, '--yes', '--json'])).json();
    assert.deepEqual([deleted.id, deleted.accounts], [organisationId, 1]);
    assert.deepEqual((await run(['organisation', 'list', '--json'])).json().organisations, []);
    const again = await buildHouse(config);
    const record = await again.ground.db.read.findOneBy(TrailRecordTable, { eventName: 'DeleteOrganisation' });
    assert.equal(record?.identity.type, 'CommandLine');
    await again.close();
  });
});
