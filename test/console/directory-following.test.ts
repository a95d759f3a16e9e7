import assert from 'node:assert/strict';
import { AccountTable } from '../../src/accounts/accounts/account.entity.ts';
import { SessionTable } from '../../src/auth/sessions/session.entity.ts';
import type { DirectoryScope } from '../../src/directory/groups/scope.ts';
import type { Directory } from '../../src/directory/ldap/directory.entity.ts';
import { hold } from '../../src/directory/ldap/sync/guard.ts';
import { applyPeople } from '../../src/directory/ldap/sync/people/apply.ts';
import { stateOf } from '../../src/directory/ldap/sync/state/states.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { connectedIn } from '../directory/ldap/company.ts';
import { PaperDirectory } from '../directory/ldap/sync/paper-directory.ts';
import { runCommand } from '../support/command.ts';
import { freePorts } from '../support/port.ts';
import { until } from '../support/until.ts';
import type { Visitor } from '../support/visitor.ts';
import { newAccount, verifiedDomain } from './forms.ts';
import { password, type Running, signedIn, startConsole } from './support.ts';

/** The directory's server is away, so that what stands here is what the test writes. */
describe('console: following a directory', () => {
  let running: Running;
  let browser: Visitor;
  let base: string;
  let scope: DirectoryScope;
  let directory: Directory;
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
    ({ scope, directory } = await connectedIn(house, 'ad', server, { organisationId, accountId }));
    at = `${base}/directory/${directory.id}`;
    for (let i = 10; i < 35; i++) paper.person(`p${i}`);
    await applyPeople(house.ground, scope, [...paper.people.values()]);
  });
  after(() => running.stop());

  const user = async (name: string) =>
    (await running.house.ground.db.read.findOneBy(UserTable, {
      accountId: scope.accountId,
      primaryAddressKey: `${name}@acme.example`,
    }))!;
  const command = (words: string[], around = {}) => runCommand(running.house.ground.config, words, around);
  const state = () => stateOf(running.house.ground.db.read, directory.id);

  it('says since when the directory cannot be read, why, and what to do; on every page that leads there', async () => {
    await until(async () => (await state())?.failingSince != null, 15_000);
    const page = await browser.get(at);
    assert.match(page.text, /Following the directory Failing No server of the directory answers\. Nobody is put out/);
    assert.match(page.text, /Failing since .* What was answered directory\.unavailable/);
    assert.match((await browser.get(base)).text, /The directory cannot be read since/);
    assert.match((await browser.get('/console')).text, /Directory fails/);
    const status = await command(['directory', 'status', '--json']);
    assert.deepEqual([status.json().status, status.json().errorCode], ['failing', 'directory.unavailable']);
    assert.match((await command(['directory', 'status'])).stdout, /What to do +No server of the directory answers/);
    const doctor = await command(['doctor', '--offline']);
    assert.match(doctor.stdout, /Corporate \(Acme\) cannot be read since .*: directory\.unavailable/);
  });

  it('counts the directories that fail in the metrics', async () => {
    await until(async () => /^carillon_directories_failing 1$/m.test(await running.house.metrics.text()), 15_000);
    assert.match(await running.house.metrics.text(), /^carillon_directories_followed 1$/m);
  });

  it('names the entries that are nobody here, the reason, and the domain to claim', async () => {
    const { ground } = running.house;
    const other = (name: string) => ({ mail: `${name}@elsewhere.example`, addresses: [`${name}@elsewhere.example`] });
    await applyPeople(ground, scope, [
      paper.person('ann', other('ann')),
      paper.person('bob', other('bob')),
      paper.person('nomail', { mail: null, addresses: [] }),
      paper.person('twin', { mail: 'p10@acme.example', addresses: ['p10@acme.example'] }),
    ]);
    const page = await browser.get(at);
    assert.match(
      page.text,
      /in elsewhere\.example, which this account has not verified\. 2 ann@elsewhere\.example, bob@elsewhere\.example Claim and verify elsewhere\.example/,
    );
    assert.match(page.text, /has no e-mail address that is one\. 1 nomail Give the entry a mail attribute/);
    assert.match(page.text, /has the same user name\. 1 p10@acme\.example Give each entry an address of its own/);
    const { problems } = (await command(['directory', 'status', '--json'])).json();
    assert.deepEqual(
      problems.map(({ code, count, domain }: Record<string, unknown>) => [code, count, domain]),
      [
        ['user.domainNotVerified', 2, 'elsewhere.example'],
        ['directory.noAddress', 1, null],
        ['user.userNameTaken', 1, null],
      ],
    );
    assert.match((await command(['doctor', '--offline'])).stdout, /2 entries are nobody here \(ann@elsewhere\.example/);
  });

  it('words a no of the directory as such, with its reason', async () => {
    const { ground } = running.house;
    await applyPeople(ground, scope, [
      paper.person('p11', { disabled: true }),
      paper.person('p12', { expiresAt: Date.now() - 1 }),
    ]);
    const one = await browser.get(`${base}/people/${(await user('p11')).id}`);
    assert.match(one.text, /Disabled in the directory \S+ \S+ UTC Corporate/);
    const two = await browser.get(`${base}/people/${(await user('p12')).id}`);
    assert.match(two.text, /Their account in the directory has expired/);
    assert.match((await command(['user', 'why', 'p11@acme.example'])).stdout, /enable the account there/);
  });

  it('security check 26: shows who waits, and lets it go on after a proof, for exactly those who were shown', async () => {
    const { ground } = running.house;
    const ids = await Promise.all(Array.from({ length: 22 }, async (_, i) => (await user(`p${i + 13}`)).id));
    await hold(ground, scope, 'entry', ids.slice(0, 20), true);
    await hold(ground, scope, 'member', ids.slice(20), true);
    assert.match(
      (await browser.get(base)).text,
      /22 people would be put out because the directory did not return them/,
    );
    assert.match((await browser.get('/console')).text, /Directory waits for you/);
    const listed = await command(['directory', 'held', '--limit', '21', '--json']);
    assert.deepEqual([listed.json().people.length, listed.json().more], [21, true]);
    let page = await browser.get(`${at}/held`);
    assert.match(page.text, /Let it go on: put 22 people out.*p13 .*p13@acme\.example Their entry was not returned/);
    assert.match(page.text, /Their membership of the last group/);

    // Somebody more waits by now: the list is to be looked at again.
    await hold(ground, scope, 'entry', [(await user('p10')).id], false);
    page = await page.submit(`${at}/held`);
    assert.equal(page.status, 409);
    assert.match(
      page.text,
      /1 person came onto the list \(p10@acme\.example\)\. There are 23 people now whom this concerns\. Look at the list/,
    );

    await ground.db.write((m) => m.update(SessionTable, { kind: 'administrator' }, { provedAt: 1, createdAt: 1 }));
    running.house.sessions.forgetAll();
    page = await page.submit(`${at}/held`);
    assert.equal((await state())?.approvedAt, null);
    assert.equal(page.path.startsWith('/console/confirm'), true);
    page = await page.submit('/console/confirm', { password });
    assert.equal(page.path, `${at}/held`);
    page = await page.submit(`${at}/held`);
    assert.match(
      page.text,
      /It goes on: the directory is read again now.*23 people are let go, and out with the next read/,
    );
    assert.notEqual((await state())?.approvedAt, null);
    assert.equal(
      (await command(['directory', 'approve', '--yes', '--people', '23', '--json'])).error().code,
      'directory.nothingHeld',
    );
  });

  it('security check 26: a command names the list that it shows, and lets exactly that one go on', async () => {
    const { ground } = running.house;
    await hold(ground, scope, 'entry', [], true);
    await hold(ground, scope, 'member', [], true);
    await hold(ground, scope, 'entry', [(await user('p14')).id, (await user('p15')).id], true);
    const listed = (await command(['directory', 'held', '--json'])).json();
    assert.deepEqual([listed.count, listed.people.length], [2, 2]);
    assert.ok((await command(['directory', 'held'])).stderr.includes(`approve --list ${listed.list}`));
    const approve = (list: string) => command(['directory', 'approve', '--yes', '--list', list, '--json']);
    const before = (await state())?.approvedAt;
    // As many, and others.
    clock.advance(1_000);
    await hold(ground, scope, 'entry', [(await user('p14')).id, (await user('p16')).id], true);
    const refused = (await approve(listed.list)).error();
    assert.equal(refused.code, 'directory.heldChanged');
    assert.match(
      refused.message,
      /1 person came onto the list \(p16@acme\.example\), and 1 person left it\. There are 2/,
    );
    assert.equal((await state())?.approvedAt, before);
    assert.equal((await command(['directory', 'approve', '--yes', '--people', '2'])).status, 2, 'a number is no list');
    const { list } = (await command(['directory', 'held', '--json'])).json();
    assert.deepEqual((await approve(list)).json(), { id: directory.id, approved: 2 });
    assert.notEqual((await state())?.approvedAt, before);
    clock.reset();
  });

  it('lets it go on by a command, which asks with the number', async () => {
    const { ground } = running.house;
    await hold(ground, scope, 'entry', [], true);
    await hold(ground, scope, 'member', [], true);
    await hold(ground, scope, 'entry', [(await user('p14')).id], true);
    assert.equal((await command(['directory', 'approve', '--yes'])).status, 2);
    assert.equal(
      (await command(['directory', 'approve', '--yes', '--people', '7', '--json'])).error().code,
      'directory.heldChanged',
    );
    const asked = await command(['directory', 'approve'], { answers: ['y'] });
    assert.match(asked.stderr, /1 person would be put out because the directory did not return them/);
    assert.match(asked.stdout, /It goes on: Corporate is read again now/);
    assert.notEqual((await state())?.approvedAt, null);
  });

  it('has the directory read whole when an administrator wants it', async () => {
    const before = (await state())?.fullWantedAt ?? 0;
    assert.match((await (await browser.get(at)).submit(`${at}/read`)).text, /is read whole as soon as its turn comes/);
    const wanted = (await state())!.fullWantedAt!;
    assert.ok(wanted >= before);
    assert.equal((await command(['directory', 'read', 'corporate', '--json'])).json().wanted, true);
    assert.ok((await state())!.fullWantedAt! >= wanted);
    const names = (await running.changes()).map(({ eventName }) => eventName);
    assert.equal(names.filter((name) => name === 'ReadDirectory').length, 2);
  });
});
