import assert from 'node:assert/strict';
import { AccountTable } from '../../src/accounts/accounts/account.entity.ts';
import type { DirectoryScope } from '../../src/directory/groups/scope.ts';
import { mapGroup } from '../../src/directory/groups/mappings.ts';
import { applyGroups } from '../../src/directory/ldap/sync/groups/apply.ts';
import { applyPeople } from '../../src/directory/ldap/sync/people/apply.ts';
import { newState } from '../../src/directory/ldap/sync/state/states.ts';
import { DirectoryStateTable } from '../../src/directory/ldap/sync/state/state.entity.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { connectedIn } from '../directory/ldap/company.ts';
import { PaperDirectory } from '../directory/ldap/sync/paper-directory.ts';
import { runCommand } from '../support/command.ts';
import { freePorts } from '../support/port.ts';
import type { Visitor } from '../support/visitor.ts';
import { newAccount, verifiedDomain } from './forms.ts';
import { type Running, signedIn, startConsole } from './support.ts';

/** The directory's server is away, so that what stands here is what the test writes. */
describe('console: people and groups of a directory', () => {
  let running: Running;
  let browser: Visitor;
  let base: string;
  let scope: DirectoryScope;
  let at: string;
  const paper = new PaperDirectory();
  before(async () => {
    running = await startConsole({ outboundPrivateHosts: ['127.0.0.1'] });
    browser = await signedIn(running);
    base = await newAccount(browser, 'Acme');
    await verifiedDomain(running, browser, base, 'acme.example');
    const accountId = base.split('/').at(-1)!;
    const { house } = running;
    const { organisationId } = (await house.ground.db.read.findOneBy(AccountTable, { id: accountId }))!;
    const url = `ldaps://127.0.0.1:${await freePorts()}`;
    const server = { url, ca: '', baseDn: 'DC=acme,DC=example', bindName: 'svc', bindPassword: 'secret' };
    const made = await connectedIn(house, 'ad', server, { organisationId, accountId });
    scope = made.scope;
    at = `${base}/directory/${made.directory.id}`;
  });
  after(() => running.stop());

  const command = (words: string[]) => runCommand(running.house.ground.config, words);

  it('says where people come from while there are none, and which groups are added', async () => {
    assert.match(
      (await browser.get(`${base}/people`)).text,
      /People appear within seconds of connecting the directory/,
    );
    assert.match((await command(['group', 'list'])).stderr, /No group of Corporate was added yet/);
  });

  it('counts people and groups as they are now, not as the last whole read left them', async () => {
    const { ground } = running.house;
    await ground.db.write((m) => m.insert(DirectoryStateTable, newState(scope))).catch(() => undefined); // the follower's
    const addresses = ['ada@acme.example', 'a.lovelace@acme.example', 'ada@elsewhere.example', 'al@elsewhere.example'];
    await applyPeople(ground, scope, [paper.person('ada', { addresses }), paper.person('bob')]);
    const dn = 'CN=Pros,DC=acme,DC=example';
    await applyGroups(ground, scope, [{ guid: 'group-pros', dn, name: 'Pros', members: ['guid-ada'] }], null);
    await mapGroup(ground, scope, { groupName: 'Pros', tier: 'Pro' });
    assert.match((await browser.get(at)).text, /2 people, 1 group\b/);
    const status = (await command(['directory', 'status', '--json'])).json();
    assert.deepEqual([status.people, status.groups], [2, 1]);
  });

  it('shows one address of a person, and by how many others they sign in, or do not', async () => {
    const { db } = running.house.ground;
    const ada = (await db.read.findOneBy(UserTable, { accountId: scope.accountId, externalId: 'guid-ada' }))!;
    const page = await browser.get(`${base}/people/${ada.id}`);
    assert.match(page.text, /ada@acme\.example Primary One more in acme\.example Signs in too/);
    assert.match(page.text, /2 more in elsewhere\.example Does not sign in: the domain is not verified/);
    assert.ok(!page.body.includes('lovelace'));
    const shown = (await command(['user', 'show', 'A.Lovelace@acme.example', '--json'])).json();
    assert.equal(shown.id, ada.id);
    assert.deepEqual(
      shown.addresses.map(({ value }: { value: string }) => value),
      ['ada@acme.example'],
    );
    assert.equal((await command(['user', 'show', 'al@elsewhere.example', '--json'])).error().code, 'cli.notFound');
  });

  it('says that a group is gone from the directory, which keeps its tier', async () => {
    const { ground } = running.house;
    const before = await browser.get(`${base}/groups`);
    assert.doesNotMatch(before.text, /Gone from the directory/);
    await applyGroups(ground, scope, [{ guid: 'group-few', dn: 'CN=Few', name: 'Few', members: ['guid-bob'] }], null);
    await mapGroup(ground, scope, { groupName: 'Few', tier: 'Basic' });
    const few = [{ guid: 'group-few', dn: 'CN=Few', name: 'Few', members: ['guid-bob'] }];
    await applyGroups(ground, scope, few, new Set(['group-few', 'group-pros']));
    const page = await browser.get(`${base}/groups`);
    assert.match(page.text, /Save Pros Gone from the directory The directory does not return it any more/);
    assert.doesNotMatch(page.text, /Save Few Gone/);
    const listed = (await command(['group', 'list', '--json'])).json();
    assert.deepEqual(
      listed.groups.map(({ name, gone, tier }: Record<string, unknown>) => [name, gone, tier]),
      [
        ['Few', false, 'Basic'],
        ['Pros', true, 'Pro'],
      ],
    );
  });
});
