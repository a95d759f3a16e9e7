import assert from 'node:assert/strict';
import { Attribute, Change, Client } from 'ldapts';
import { type Domain, DomainTable } from '../../../../src/accounts/domains/domain.entity.ts';
import { listDomains } from '../../../../src/accounts/domains/domains.ts';
import { removeDomain } from '../../../../src/users/lifecycle/domains.ts';
import { removalSays } from '../../../../src/console/domains/removal.ts';
import { findUsers } from '../../../../src/users/find.ts';
import { listUsers } from '../../../../src/users/list.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import { skipWithoutBrowser, startBrowser } from '../../../support/browser.ts';
import type { KeptServer } from '../../../support/kept-server.ts';
import { isSlapdHere, type Slapd, startSlapd } from '../../../support/slapd.ts';
import { until } from '../../../support/until.ts';
import { ldapStage, type LdapStage } from './stage.ts';

const shirley = 'shirley.rodriguez';
const primary = 'shirley.rodriguez@example.com';
const second = 'shirley.rodriguez@example2.com';
const third = 'srodriguez@anotherdomain.com';

describe('the guide, "Configure Multiple Email Addresses"', function () {
  this.timeout(60_000);
  let slapd: Slapd & KeptServer;
  let admin: Client;
  let stage: LdapStage;
  /** The one that was removed last. */
  let domain: Domain;

  before(async function () {
    if (!isSlapdHere()) this.skip();
    slapd = await startSlapd();
    admin = new Client({ url: slapd.url, tlsOptions: { ca: [slapd.ca] }, timeout: 20_000 });
    await admin.bind(slapd.adminDn, slapd.adminPassword);
  });
  after(async () => {
    await admin?.unbind();
    await slapd?.stop();
  });
  afterEach(() => stage.stop());

  const connect = async (...domains: string[]): Promise<void> => {
    stage = await ldapStage('openldap', slapd, domains, { basic: 'Basic' });
    await stage.poll();
  };
  const isIn = async (address: string, name = address): Promise<boolean> => {
    const visitor = stage.carillon.visitor();
    const page = await stage.signIn(visitor, address, name, slapd.password);
    return page.status === 303 && (await visitor.followHere(page)).body.includes('You are signed in');
  };
  /** Whom an address finds for others: by a command, and by ListUsers. */
  const whoHas = async (address: string): Promise<string[]> => {
    const on = stage.carillon.house.ground.db.read;
    const { accountId } = stage.scope;
    const { users } = await listUsers(on, { accountId, search: '', addressKey: address.toLowerCase(), limit: 10 });
    const shown = users.map(({ primaryAddress }) => primaryAddress);
    assert.deepEqual(
      (await findUsers(on, stage.scope, address)).map(({ primaryAddress }) => primaryAddress),
      shown,
    );
    return shown;
  };
  /** Where a password is taken: by Carillon for people without a directory, or for the directory. */
  const ownSignIn = /action="\/signin\/own"/;
  const directorySignIn = /action="\/signin\/password"/;
  /** What the first page says to an address. */
  const first = (email: string) => stage.carillon.visitor().postFrom('/signin', '/signin', { email, target: '' });

  it('Incorrect Configuration Example: two claimed domains, and the third address is no part of the account', async () => {
    await connect('example.com', 'anotherdomain.com');
    assert.ok(await isIn(primary));
    assert.ok(await isIn(third));
    assert.ok(await isIn(primary, shirley));
    assert.ok(await isIn(third, shirley));
    assert.match((await first(second)).body, ownSignIn);
    assert.match((await first(third)).body, directorySignIn);
    assert.ok(!(await isIn(primary, second)));
    assert.deepEqual(await whoHas(third), [primary]);
    assert.deepEqual(await whoHas(second), []);
  });

  it('Correct Configuration Example: three claimed domains, and she signs in with any of her addresses', async () => {
    await connect('example.com', 'example2.com', 'anotherdomain.com');
    for (const address of [primary, second, third]) {
      assert.ok(await isIn(address), address);
      assert.ok(await isIn(address, shirley), address);
    }
  });

  it('shows one address, and one person, whichever she signs in with', async () => {
    await connect('example.com', 'example2.com', 'anotherdomain.com');
    for (const address of [primary, second, third]) assert.ok(await isIn(address));
    const on = stage.carillon.house.ground.db.read;
    const people = await findUsers(on, stage.scope, primary);
    assert.equal(people.length, 1);
    assert.equal(people[0]?.primaryAddress, primary);
    const visitor = stage.carillon.visitor();
    const me = await visitor.followHere(await stage.signIn(visitor, third, shirley, slapd.password));
    assert.ok(me.body.includes(primary));
    for (const address of [second, third]) assert.ok(!me.body.includes(address), address);
    const { externalId } = (await on.findOneBy(UserTable, { id: people[0]?.id ?? '' }))!;
    assert.equal(await on.countBy(UserTable, { accountId: stage.scope.accountId, externalId: externalId! }), 1);
  });

  it('others find her by any of her addresses, and by none that the account has not claimed', async () => {
    await connect('example.com', 'example2.com');
    assert.deepEqual(await whoHas(primary), [primary]);
    assert.deepEqual(await whoHas(second.toUpperCase()), [primary]);
    assert.deepEqual(await whoHas(third), []);
  });

  it('ends the sign-in by a secondary address with its domain, and nothing else of hers', async () => {
    await connect('example.com', 'example2.com');
    const { ground } = stage.carillon.house;
    const visitor = stage.carillon.visitor();
    await stage.signIn(visitor, second, second, slapd.password);
    const claim = (await listDomains(ground.db.read, stage.scope.accountId)).find(
      ({ name }) => name === 'example2.com',
    )!;
    assert.match(
      (await removalSays(ground.db.read, claim)).join(' '),
      /1 person signs in with another address in this/,
    );
    await remove('example2.com');
    assert.match((await visitor.get('/me')).body, /You are signed in/);
    assert.match((await first(second)).body, ownSignIn);
    assert.ok(await isIn(primary));
    assert.equal((await listDomains(ground.db.read, stage.scope.accountId)).length, 1);
  });

  it('puts her out and deletes her with the domain of her primary address, and takes her for somebody new later', async () => {
    await connect('example.com', 'example2.com');
    const { ground } = stage.carillon.house;
    const visitor = stage.carillon.visitor();
    await stage.signIn(visitor, primary, primary, slapd.password);
    const [before] = await findUsers(ground.db.read, stage.scope, primary);
    await remove('example.com');
    assert.doesNotMatch((await visitor.get('/me')).body, /You are signed in/);
    await stage.poll();
    assert.ok(!(await isIn(second)));
    await ground.db.write((m) =>
      m.insert(DomainTable, {
        ...domain,
        id: 'again',
        verifiedAt: Date.now(),
      }),
    );
    await until(() => isIn(primary), 20_000); // as soon as the directory was looked at
    const [after] = await findUsers(ground.db.read, stage.scope, primary);
    assert.notEqual(after?.id, before?.id);
  });

  const remove = async (name: string): Promise<void> => {
    const { house } = stage.carillon;
    const found = (await house.ground.db.read.findOneBy(DomainTable, { accountId: stage.scope.accountId, name }))!;
    domain = found;
    await removeDomain(house.ground, { ...stage.scope, domainId: found.id });
    await until(async () => !(await house.ground.db.read.existsBy(DomainTable, { id: found.id })), 20_000);
  };

  it('has her open page go dead when she leaves the group in the directory', async function () {
    skipWithoutBrowser(this);
    await connect('example.com');
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(stage.carillon.url);
      await page.getByLabel('E-mail address').fill(primary);
      await page.keyboard.press('Enter');
      await page.getByLabel('Password').fill(slapd.password);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/me');
      await until(() => stage.carillon.house.sessions.streams.sessions().length > 0);
      const group = `cn=basic,ou=groups,${slapd.baseDn}`;
      const member = new Attribute({ type: 'member', values: [`uid=${shirley},ou=people,${slapd.baseDn}`] });
      await admin.modify(group, new Change({ operation: 'delete', modification: member }));
      // The server follows by itself, once a second.
      await page.getByRole('alert').getByText('no longer in a group').waitFor({ timeout: 20_000 });
      await admin.modify(group, new Change({ operation: 'add', modification: member }));
    } finally {
      await browser.close();
    }
  });

  it('has whose password was reset choose another, by the directory’s own rule', async () => {
    await connect('ldap.example.test');
    const visitor = stage.carillon.visitor();
    const address = 'mustchange@ldap.example.test';
    const asked = await stage.signIn(visitor, address, 'mustchange', slapd.password);
    assert.match(asked.body, /Choose another password/);
    const chosen = { password: slapd.password, newPassword: 'N3w-Passw0rd', again: 'N3w-Passw0rd' };
    const { note, ...rest } = asked.fields('/signin/new-password');
    const stranger = stage.carillon.visitor();
    const { csrf } = await stranger.send('/signin');
    for (const [from, fields] of [
      [visitor, rest],
      [visitor, { ...rest, note: `${Date.now() + 60_000}.abc` }],
      [visitor, { ...rest, note, name: 'another' }],
      [stranger, { ...rest, note, csrf }],
    ] as const) {
      const refused = await from.post('/signin/new-password', { ...fields, ...chosen } as Record<string, string>);
      assert.equal(refused.status, 400);
      assert.match(refused.body, /Type your present password again/);
    }
    const fields = asked.fields('/signin/new-password');
    const page = await visitor.post('/signin/new-password', {
      ...fields,
      ...chosen,
    });
    assert.equal(page.status, 303);
    assert.match((await visitor.followHere(page)).body, /You are signed in/);
  });
});
