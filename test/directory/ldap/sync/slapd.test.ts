import assert from 'node:assert/strict';
import { Attribute, Change, Client, Control } from 'ldapts';
import type { House } from '../../../../src/app.ts';
import { createGroup } from '../../../../src/directory/groups/groups.ts';
import { mapGroup } from '../../../../src/directory/groups/mappings.ts';
import { DirectoryFollower } from '../../../../src/directory/ldap/sync/follower.ts';
import { ldapSource } from '../../../../src/directory/ldap/sync/source.ts';
import { stateOf, wantFull } from '../../../../src/directory/ldap/sync/state/states.ts';
import { followingOf } from '../../../../src/directory/ldap/sync/status.ts';
import type { DirectoryScope } from '../../../../src/directory/groups/scope.ts';
import { entitlement } from '../../../../src/users/entitlement/entitlement.ts';
import { type User, UserTable } from '../../../../src/users/user.entity.ts';
import { testConfig, testHouse } from '../../../support/house.ts';
import type { KeptServer } from '../../../support/kept-server.ts';
import { isSlapdHere, type Slapd, startSlapd } from '../../../support/slapd.ts';
import { until } from '../../../support/until.ts';
import { connectedCompany } from '../company.ts';

describe('following a real OpenLDAP directory', () => {
  let slapd: Slapd & KeptServer;
  let admin: Client;
  let house: House & { stop: () => Promise<void> };
  let scope: DirectoryScope;
  let follower: DirectoryFollower;

  before(async function () {
    if (!isSlapdHere()) this.skip();
    this.timeout(60_000);
    slapd = await startSlapd();
    admin = new Client({ url: slapd.url, tlsOptions: { ca: [slapd.ca] }, timeout: 20_000 });
    await admin.bind(slapd.adminDn, slapd.adminPassword);
    house = await testHouse(testConfig({ outboundPrivateHosts: [slapd.host] }));
    ({ scope } = await connectedCompany(house, 'openldap', slapd, ['ldap.example.test', 'example.com']));
    follower = new DirectoryFollower(house.ground, ldapSource(house.ground, house.ldap), 0);
  });
  after(async () => {
    await follower?.stop();
    await house?.stop();
    await admin?.unbind();
    await slapd?.stop();
  });

  const poll = () => follower.poll({ ...scope, name: 'Corporate', changedAt: 0 });
  const user = (address: string): Promise<User | null> =>
    house.ground.db.read.findOneBy(UserTable, { accountId: scope.accountId, primaryAddressKey: address });
  const right = async (address: string) => entitlement(house.ground.db.read, (await user(address))?.id ?? '');
  const pollsUntil = (address: string, maySignIn: boolean): Promise<unknown> =>
    until(async () => {
      await poll();
      return (await right(address)).maySignIn === maySignIn;
    }, 15_000);
  const map = async (name: string, tier: string): Promise<void> => {
    const { searchEntries } = await admin.search(slapd.baseDn, { filter: `(cn=${name})`, attributes: ['entryUUID'] });
    const { ground } = house;
    const externalId = String(searchEntries[0]!['entryUUID']);
    await ground.db.write((m) => createGroup(ground, m, scope, { displayName: name, externalId }));
    await mapGroup(ground, scope, { groupName: name, tier });
  };
  const dnOf = (uid: string): string => `uid=${uid},ou=people,${slapd.baseDn}`;
  const groupOf = (cn: string): string => `cn=${cn},ou=groups,${slapd.baseDn}`;
  const change = (dn: string, operation: 'add' | 'replace' | 'delete', type: string, values: string[]) =>
    admin.modify(dn, new Change({ operation, modification: new Attribute({ type, values }) }));

  it('reads everybody, and who is in which group at any depth, by walking', async function () {
    this.timeout(60_000);
    await map('pro', 'Pro');
    await map('basic', 'Basic');
    await poll();
    assert.equal((await stateOf(house.ground.db.read, scope.connectionId))?.errorDetail, null);
    assert.equal((await right('cora@ldap.example.test')).tier, 'Pro'); // nested
    assert.equal((await right('ben@ldap.example.test')).tier, 'Pro'); // in both
    assert.equal((await right('anna@ldap.example.test')).tier, 'Basic');
    assert.equal((await right('ivan@ldap.example.test')).maySignIn, false);
  });

  it('says no to whom the password policy has locked for good', async () => {
    const { because } = await right('locked@ldap.example.test');
    assert.ok(because.some(({ kind }) => kind === 'directory'));
  });

  it('says no to whose time is over by the password policy (pwdEndTime), and yes when it is over no more', async function () {
    this.timeout(30_000);
    const ends = (operation: 'replace' | 'delete', values: string[]) =>
      admin.modify(
        dnOf('zoe'),
        new Change({ operation, modification: new Attribute({ type: 'pwdEndTime', values }) }),
        new Control('1.3.6.1.4.1.4203.666.5.12', { critical: true }), // relax: nobody else may write it
      );
    await pollsUntil('zoe@ldap.example.test', true);
    await ends('replace', ['20260101000000Z']);
    await pollsUntil('zoe@ldap.example.test', false);
    const { because } = await right('zoe@ldap.example.test');
    assert.ok(because.some(({ kind }) => kind === 'directory'));
    await ends('delete', []);
    await pollsUntil('zoe@ldap.example.test', true);
  });

  it('puts out who is taken out of the last group, and lets in who is put in', async function () {
    this.timeout(30_000);
    await change(groupOf('basic'), 'delete', 'member', [dnOf('anna')]);
    await pollsUntil('anna@ldap.example.test', false);
    await change(groupOf('basic'), 'add', 'member', [dnOf('anna')]);
    await pollsUntil('anna@ldap.example.test', true);
  });

  it('sees a change of a group that is nested', async function () {
    this.timeout(30_000);
    await change(groupOf('nested'), 'add', 'member', [dnOf('dan')]);
    await pollsUntil('dan@ldap.example.test', true);
    await change(groupOf('nested'), 'delete', 'member', [dnOf('dan')]);
    await pollsUntil('dan@ldap.example.test', false);
  });

  it('knows a person through a rename', async function () {
    this.timeout(30_000);
    const before = await user('cora@ldap.example.test');
    await admin.modifyDN(dnOf('cora'), dnOf('cora.new'));
    await change(dnOf('cora.new'), 'replace', 'mail', ['cora.new@ldap.example.test']);
    await pollsUntil('cora.new@ldap.example.test', true);
    assert.equal((await user('cora.new@ldap.example.test'))?.id, before?.id);
  });

  it('puts out whose entry is deleted', async function () {
    this.timeout(30_000);
    await admin.del(dnOf('cora.new'));
    await pollsUntil('cora.new@ldap.example.test', false);
  });

  it('security check 25: takes members that may not be read any more for no absence, and says which group it is', async function () {
    this.timeout(60_000);
    const owner = new Client({ url: slapd.url, tlsOptions: { ca: [slapd.ca] }, timeout: 20_000 });
    await owner.bind('cn=admin,cn=config', slapd.adminPassword);
    const hidden = `{0}to attrs=member by dn.exact="${slapd.adminDn}" write by * none`;
    const access = (operation: 'add' | 'delete', value: string) =>
      owner.modify(
        'olcDatabase={1}mdb,cn=config',
        new Change({ operation, modification: new Attribute({ type: 'olcAccess', values: [value] }) }),
      );
    const unreadable = async () =>
      (await followingOf(house.ground.db.read, scope)).problems.flatMap(({ code, names }) =>
        code === 'directory.groupUnreadable' ? names : [],
      );
    await access('add', hidden);
    await change(groupOf('basic'), 'replace', 'description', ['touched']);
    await house.ground.db.write((m) => wantFull(m, scope.connectionId));
    await poll();
    assert.equal((await stateOf(house.ground.db.read, scope.connectionId))?.errorCode, 'directory.refused');
    assert.equal((await right('anna@ldap.example.test')).maySignIn, true);
    await access('delete', '{0}');
    await poll();
    await access('add', hidden.replace('attrs=member', `dn.exact="${groupOf('basic')}" attrs=member`));
    await house.ground.db.write((m) => wantFull(m, scope.connectionId));
    const pollUntil = (done: () => Promise<boolean>) =>
      until(async () => {
        await poll();
        return done();
      }, 20_000);
    await pollUntil(async () => (await unreadable()).join() === 'basic');
    assert.equal((await right('anna@ldap.example.test')).maySignIn, true);
    await access('delete', '{0}');
    await owner.unbind();
    await house.ground.db.write((m) => wantFull(m, scope.connectionId));
    await pollUntil(async () => (await unreadable()).length === 0);
    assert.equal((await right('anna@ldap.example.test')).maySignIn, true);
  });

  it('changes nothing for anyone when the server is gone', async function () {
    this.timeout(60_000);
    await slapd.stop();
    await poll();
    const { failingSince, errorCode } = (await stateOf(house.ground.db.read, scope.connectionId))!;
    assert.notEqual(failingSince, null);
    assert.equal(errorCode, 'directory.unavailable');
    assert.equal((await right('ben@ldap.example.test')).maySignIn, true);
  });
});
