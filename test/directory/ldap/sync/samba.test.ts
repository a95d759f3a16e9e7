import assert from 'node:assert/strict';
import { Attribute, Change, type Client } from 'ldapts';
import type { House } from '../../../../src/app.ts';
import { createGroup } from '../../../../src/directory/groups/groups.ts';
import { mapGroup } from '../../../../src/directory/groups/mappings.ts';
import { DirectoryFollower } from '../../../../src/directory/ldap/sync/follower.ts';
import { ldapSource } from '../../../../src/directory/ldap/sync/source.ts';
import { stateOf } from '../../../../src/directory/ldap/sync/state/states.ts';
import { guidText } from '../../../../src/directory/ldap/ids.ts';
import type { DirectoryScope } from '../../../../src/directory/groups/scope.ts';
import { addressesOf } from '../../../../src/users/details.ts';
import { entitlement } from '../../../../src/users/entitlement/entitlement.ts';
import { type User, UserTable } from '../../../../src/users/user.entity.ts';
import { testConfig, testHouse } from '../../../support/house.ts';
import { until } from '../../../support/until.ts';
import { administratorOf, needSamba, type Samba } from '../../../support/samba.ts';
import { connectedCompany } from '../company.ts';

describe('following a real Active Directory', () => {
  let samba: Samba;
  let admin: Client;
  let house: House & { stop: () => Promise<void> };
  let scope: DirectoryScope;
  let follower: DirectoryFollower;
  const base = 'DC=corp,DC=example,DC=test';
  const ours = `OU=Following,${base}`;

  before(async function () {
    samba = await needSamba(this);
    admin = await administratorOf(samba);
    await admin.add(ours, { objectClass: 'organizationalUnit' });
    house = await testHouse(testConfig({ outboundPrivateHosts: [samba.host] }));
    ({ scope } = await connectedCompany(house, 'samba', samba, [
      'example.test',
      'alias.example.test',
      'followed.example',
    ]));
    follower = new DirectoryFollower(house.ground, ldapSource(house.ground, house.ldap), 0);
  });
  after(async () => {
    await follower?.stop();
    await house?.stop();
    await admin?.unbind();
  });

  const poll = () => follower.poll({ ...scope, name: 'Corporate', changedAt: 0 });
  /** How often all guids are asked for is limited, so a deletion may take a few polls. */
  const pollsUntilOut = (address: string): Promise<unknown> =>
    until(async () => {
      await poll();
      return !(await right(address)).maySignIn;
    });
  const user = (address: string): Promise<User | null> =>
    house.ground.db.read.findOneBy(UserTable, { accountId: scope.accountId, primaryAddressKey: address });
  const right = async (address: string) => entitlement(house.ground.db.read, (await user(address))?.id ?? '');
  const map = async (name: string, tier: string): Promise<void> => {
    const { searchEntries } = await admin.search(base, {
      filter: `(&(objectClass=group)(cn=${name}))`,
      attributes: ['objectGUID'],
      explicitBufferAttributes: ['objectGUID'],
    });
    const externalId = guidText(searchEntries[0]!['objectGUID'] as Buffer);
    const { ground } = house;
    await ground.db.write((m) => createGroup(ground, m, scope, { displayName: name, externalId }));
    await mapGroup(ground, scope, { groupName: name, tier });
  };
  const person = async (name: string, more: Record<string, string | string[]> = {}): Promise<string> => {
    const dn = `CN=${name},${ours}`;
    await admin.add(dn, {
      objectClass: 'user',
      sAMAccountName: name,
      userAccountControl: '544',
      mail: `${name}@followed.example`,
      ...more,
    });
    return dn;
  };
  const change = (dn: string, operation: 'add' | 'replace' | 'delete', type: string, values: string[]) =>
    admin.modify(dn, new Change({ operation, modification: new Attribute({ type, values }) }));

  it('reads everybody with an address of the account, and who is in which group at any depth', async function () {
    this.timeout(60_000);
    await map('Chime-Pro', 'Pro');
    await map('Chime-Basic', 'Basic');
    await poll();
    const state = await stateOf(house.ground.db.read, scope.connectionId);
    assert.equal(state?.errorDetail, null);
    assert.equal((await right('bob@example.test')).tier, 'Pro'); // nested twice
    assert.equal((await right('alice@example.test')).tier, 'Basic');
    assert.equal((await right('carol@example.test')).tier, 'Pro'); // in both
    assert.equal((await right('prim@example.test')).tier, 'Basic'); // by the primary group
    assert.equal((await right('ivan@example.test')).maySignIn, false);
  });

  it('keeps mail as the address that is shown, and those of type smtp beside it', async () => {
    const alice = (await user('alice@example.test'))!;
    const addresses = await addressesOf(house.ground.db.read, alice.id);
    assert.deepEqual(
      addresses.map(({ value }) => value),
      ['alice@example.test', 'a.liddell@example.test', 'alice@alias.example.test'],
    );
  });

  it('knows names that need no ASCII, and groups that are in each other', async () => {
    assert.equal((await user('zoe@example.test'))?.displayName, 'Zoë Müller-Łukasz 東京');
  });

  it('says no to who is disabled and whose account has expired', async () => {
    for (const address of ['dave@example.test', 'heidi@example.test']) {
      const { because } = await right(address);
      assert.ok(
        because.some(({ kind }) => kind === 'directory'),
        address,
      );
    }
  });

  it('puts out who is disabled, and lets in who is enabled', async function () {
    this.timeout(30_000);
    const dn = await person('nina');
    await change(`CN=Chime-Basic,OU=Groups,${base}`, 'add', 'member', [dn]);
    await poll();
    assert.equal((await right('nina@followed.example')).maySignIn, true);
    await change(dn, 'replace', 'userAccountControl', ['546']);
    await poll();
    assert.equal((await right('nina@followed.example')).maySignIn, false);
    await change(dn, 'replace', 'userAccountControl', ['544']);
    await poll();
    assert.equal((await right('nina@followed.example')).maySignIn, true);
  });

  it('knows a person through a rename and a move', async function () {
    this.timeout(30_000);
    const before = await user('nina@followed.example');
    await admin.modifyDN(`CN=nina,${ours}`, `CN=Nina Nova,OU=Staff,${base}`);
    await change(`CN=Nina Nova,OU=Staff,${base}`, 'replace', 'mail', ['nova@followed.example']);
    await poll();
    assert.equal((await user('nova@followed.example'))?.id, before?.id);
    assert.equal((await right('nova@followed.example')).maySignIn, true);
  });

  it('puts out who leaves the last group', async function () {
    this.timeout(30_000);
    await change(`CN=Chime-Basic,OU=Groups,${base}`, 'delete', 'member', [`CN=Nina Nova,OU=Staff,${base}`]);
    await poll();
    assert.equal((await right('nova@followed.example')).maySignIn, false);
  });

  it('puts out whose entry is deleted', async function () {
    this.timeout(30_000);
    const dn = await person('oscar');
    await change(`CN=Chime-Basic,OU=Groups,${base}`, 'add', 'member', [dn]);
    await poll();
    assert.equal((await right('oscar@followed.example')).maySignIn, true);
    await admin.del(dn);
    await pollsUntilOut('oscar@followed.example');
  });

  it('puts out everybody of a group that is deleted, and lets its mapping wait', async function () {
    this.timeout(30_000);
    const dn = await person('petra');
    const group = `CN=Followed-Group,${ours}`;
    await admin.add(group, { objectClass: 'group', sAMAccountName: 'Followed-Group', member: [dn] });
    await map('Followed-Group', 'Pro');
    await poll();
    assert.equal((await right('petra@followed.example')).tier, 'Pro');
    await admin.del(group);
    await pollsUntilOut('petra@followed.example');
  });
});
