import assert from 'node:assert/strict';
import { AccountTable } from '../../../src/accounts/accounts/account.entity.ts';
import { connectDirectory } from '../../../src/auth/connectors/ldap/connect.ts';
import { disconnectDirectory } from '../../../src/auth/connectors/ldap/disconnect.ts';
import { ConnectionTable } from '../../../src/auth/connectors/openid/connection.entity.ts';
import { saveConnection } from '../../../src/auth/connectors/openid/settings.ts';
import {
  connectedDirectories,
  connectedDirectory,
  listDirectories,
  requireDirectory,
} from '../../../src/directory/ldap/directories.ts';
import { announceDirectory } from '../../../src/directory/ldap/changed.ts';
import { DirectoryTable } from '../../../src/directory/ldap/directory.entity.ts';
import { addGroup } from '../../../src/directory/ldap/groups/add.ts';
import { storeGroup } from '../../../src/directory/ldap/groups/store.ts';
import { authoriseDirectory } from '../../../src/directory/ldap/settings/authorise.ts';
import { unauthoriseDirectory } from '../../../src/directory/ldap/settings/unauthorise.ts';
import { addMembers } from '../../../src/directory/groups/members.ts';
import { changeTier, listGroups, unmapGroup } from '../../../src/directory/groups/mappings.ts';
import { GroupTable } from '../../../src/users/entitlement/group.entity.ts';
import { createScimKey } from '../../../src/directory/scim/keys/keys.ts';
import { TrailRecordTable } from '../../../src/trail/record.entity.ts';
import { entitlement } from '../../../src/users/entitlement/entitlement.ts';
import { createPerson } from '../../../src/users/lifecycle/people.ts';
import { deleteAccount } from '../../../src/users/lifecycle/delete-account.ts';
import type { Scope } from '../../../src/users/lifecycle/out.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { testConfig, testHouse } from '../../support/house.ts';
import { startRogueProvider } from '../../support/rogue-provider.ts';
import { isSambaHere, needSamba, type Samba } from '../../support/samba.ts';
import { isSlapdHere, needSlapd, type Slapd } from '../../support/slapd.ts';
import { until } from '../../support/until.ts';
import { connected, enterprise, inputFor } from './support.ts';

const here = isSambaHere() && isSlapdHere();

describeOnEachEngine('connecting a directory', () => {
  let samba: Samba;
  let slapd: Slapd;
  let house: Awaited<ReturnType<typeof testHouse>>;
  before(async function () {
    if (!here) this.skip();
    samba = await needSamba(this);
    slapd = await needSlapd(this);
  });
  beforeEach(async () => {
    house = await testHouse(testConfig({ outboundPrivateHosts: [samba.host, slapd.host, '127.0.0.1'] }));
  });
  afterEach(() => house?.stop());

  const authorise = (scope: Scope, input: Parameters<typeof authoriseDirectory>[3], id: string | null = null) =>
    authoriseDirectory(house.ground, house.ldap, scope, input, id);
  const typeOf = async ({ accountId }: Scope) =>
    (await house.ground.db.read.findOneBy(AccountTable, { id: accountId }))?.type;
  const events = async (): Promise<string[]> => {
    await house.ground.trail.flush();
    const records = await house.ground.db.read.find(TrailRecordTable, { order: { id: 'ASC' } });
    return records
      .filter(({ eventName }) => /Director|Group/.test(eventName))
      .map(({ eventName, errorCode }) => (errorCode ? `${eventName} ${errorCode}` : eventName));
  };

  it('finds out what the directory is, takes its defaults, and seals the password', async () => {
    const scope = await enterprise(house, 'example.test');
    const ad = await authorise(scope, inputFor(samba));
    assert.match(ad.id, /^d-[0-9a-f]{10}$/);
    assert.deepEqual([ad.kind, ad.name, ad.baseDn], ['samba', 'corp.example.test', samba.baseDn]);
    assert.equal(ad.attributes.id, 'objectGUID');
    assert.match(ad.domainId ?? '', /^[0-9a-f-]{36}$/);
    const ldap = await authorise(
      scope,
      inputFor(slapd, { name: 'Second', servers: `${slapd.startTlsUrl}\n${slapd.url}` }),
    );
    assert.deepEqual([ldap.kind, ldap.name, ldap.baseDn], ['openldap', 'Second', slapd.baseDn]);
    assert.equal(ldap.attributes.id, 'entryUUID');
    const stored = await listDirectories(house.ground.db.read, scope);
    assert.deepEqual(
      stored.map(({ name }) => name),
      ['Second', 'corp.example.test'],
    );
    for (const { bindPassword } of stored) assert.match(bindPassword, /^s1\./);
    assert.equal(JSON.stringify(stored).includes(samba.bindPassword), false);
    assert.equal(await typeOf(scope), 'EnterpriseLWA');
    assert.deepEqual(await events(), ['AuthorizeDirectory', 'AuthorizeDirectory']);
  });

  it('a refusal names the field, and saves nothing', async () => {
    const scope = await enterprise(house, 'example.test');
    const cases: [Partial<Parameters<typeof inputFor>[1]>, string, string][] = [
      [{ servers: 'http://dc' }, 'directory.serverInvalid', 'servers'],
      [{ servers: '' }, 'directory.serverInvalid', 'servers'],
      [{ servers: `${samba.url} ${samba.url}` }, 'directory.serverInvalid', 'servers'],
      [{ servers: 'ldaps://user:pass@dc' }, 'directory.serverInvalid', 'servers'],
      [{ servers: `ldaps://${samba.host}:1` }, 'directory.checkFailed', 'servers'],
      [{ servers: 'ldaps://10.1.2.3' }, 'directory.checkFailed', 'servers'],
      [{ ca: 'nonsense' }, 'directory.caInvalid', 'ca'],
      [{ ca: slapd.ca }, 'directory.checkFailed', 'ca'],
      [{ bindName: '' }, 'directory.bindNameInvalid', 'bindName'],
      [{ bindPassword: '' }, 'directory.passwordMissing', 'bindPassword'],
      [{ bindPassword: 'a\0b' }, 'directory.passwordInvalid', 'bindPassword'],
      [{ baseDn: 'OU=Nowhere,DC=corp,DC=example,DC=test' }, 'directory.checkFailed', 'baseDn'],
      [{ baseDn: 'nonsense' }, 'directory.checkFailed', 'baseDn'],
      [{ userFilter: 'objectClass=user' }, 'directory.filterInvalid', 'userFilter'],
      [{ groupFilter: '(objectClass=user' }, 'directory.filterInvalid', 'groupFilter'],
      [{ attributes: 'mail: not an attribute' }, 'directory.attributesInvalid', 'attributes'],
      [{ attributes: 'id: -' }, 'directory.attributesInvalid', 'attributes'],
    ];
    for (const [more, code, field] of cases) {
      await assert.rejects(authorise(scope, inputFor(samba, more)), { code, field }, JSON.stringify(more));
    }
    const wrong = inputFor(slapd, { bindPassword: 'wrong' });
    await assert.rejects(authorise(scope, wrong), { code: 'directory.checkFailed', field: 'bindPassword' });
    assert.deepEqual(await listDirectories(house.ground.db.read, scope), []);
    const team = await enterprise(house);
    await assert.rejects(authorise(team, inputFor(samba)), { code: 'account.notEnterprise' });
  });

  it('security check 27: asks for the password again when a server, the authority or the service account changes', async () => {
    const scope = await enterprise(house, 'example.test');
    const { id } = await authorise(scope, inputFor(slapd));
    const kept = { ...inputFor(slapd), bindPassword: '' };
    const renamed = await authorise(scope, { ...kept, name: 'Renamed', baseDn: `ou=people,${slapd.baseDn}` }, id);
    assert.deepEqual([renamed.name, renamed.baseDn], ['Renamed', `ou=people,${slapd.baseDn}`]);
    const code = 'directory.passwordMissing';
    await assert.rejects(authorise(scope, { ...kept, servers: slapd.startTlsUrl }, id), { code });
    await assert.rejects(authorise(scope, { ...kept, servers: `${slapd.url} ldaps://127.0.0.1:1` }, id), { code });
    await assert.rejects(authorise(scope, { ...kept, ca: samba.ca }, id), { code });
    await assert.rejects(authorise(scope, { ...kept, ca: '' }, id), { code });
    await assert.rejects(authorise(scope, { ...kept, bindName: slapd.adminDn }, id), { code });
    const stored = await requireDirectory(house.ground.db.read, scope, id);
    assert.deepEqual([stored.name, stored.servers], ['Renamed', [slapd.url]]);
    assert.equal((await house.ldap.of(stored).rootDse()).namingContexts[0], slapd.baseDn);
  });

  it('an account has one source of tiers: a second one of whatever kind is refused', async () => {
    const provider = await startRogueProvider();
    const scope = await enterprise(house, 'example.test');
    const first = await authorise(scope, inputFor(samba));
    const second = await authorise(scope, inputFor(slapd));
    await connectDirectory(house.ground, house.ldap, scope, first.id);
    assert.equal(await typeOf(scope), 'EnterpriseDirectory');
    assert.equal((await connectedDirectory(house.ground.db.read, scope.accountId))?.id, first.id);
    const all = await connectedDirectories(house.ground.db.read);
    assert.deepEqual(
      all.map(({ id }) => id),
      [first.id],
    );
    await assert.rejects(connectDirectory(house.ground, house.ldap, scope, second.id), {
      code: 'connection.otherSource',
    });
    const openid = { issuer: provider.issuer, clientId: provider.clientId, clientSecret: 'x', redirect: 'own' };
    const save = () => saveConnection(house.ground, house.outbound, scope, openid);
    await assert.rejects(save(), { code: 'connection.otherSource' });
    await assert.rejects(createScimKey(house.ground, { ...scope, connectionId: first.id }, { name: 'Okta' }), {
      code: 'scimKey.connectionGone',
    });
    await disconnectDirectory(house.ground, house.ldap, scope, 'admin');
    await save();
    await assert.rejects(connectDirectory(house.ground, house.ldap, scope, first.id), {
      code: 'connection.otherSource',
    });
    assert.equal(await typeOf(scope), 'EnterpriseOIDC');
    await provider.close();
  });

  it('of two connections at once one is made', async () => {
    const scope = await enterprise(house, 'example.test');
    const [first, second] = [await authorise(scope, inputFor(samba)), await authorise(scope, inputFor(slapd))];
    const both = await Promise.allSettled(
      [first, second].map(({ id }) => connectDirectory(house.ground, house.ldap, scope, id)),
    );
    assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal(
      (await listDirectories(house.ground.db.read, scope)).filter((one) => one.connectedAt !== null).length,
      1,
    );
    assert.equal(await house.ground.db.read.countBy(ConnectionTable, { accountId: scope.accountId }), 1);
  });

  it('groups are added by their exact name; one that is not there is refused in the guide’s words', async () => {
    const scope = await connected(house, samba, 'example.test');
    const add = (groupName: string, tier = 'Pro') => addGroup(house.ground, house.ldap, scope, { groupName, tier });
    const pro = await add('Chime-Pro');
    const basic = await add(`CN=Chime-Basic,OU=Groups,${samba.baseDn}`, 'Basic');
    for (const name of [
      'chime-pro',
      'Chime',
      'Chime-*',
      '*',
      '',
      'Alice Liddell',
      'x)(objectClass=*',
      `CN=Nobody,${samba.baseDn}`,
    ]) {
      await assert.rejects(add(name), { code: 'directory.groupNotFound', field: 'groupName' }, name);
    }
    await assert.rejects(add('Chime-Pro', 'Gold'), { code: 'mapping.tierInvalid' });
    const listed = (await listGroups(house.ground.db.read, scope.accountId)).map(({ groupName, tier }) => [
      groupName,
      tier,
    ]);
    assert.deepEqual(listed, [
      ['Chime-Basic', 'Basic'],
      ['Chime-Pro', 'Pro'],
    ]);
    assert.equal((await add('Chime-Pro', 'Basic')).id, pro.id);
    await changeTier(house.ground, scope, pro.id, 'Pro');
    assert.equal(await unmapGroup(house.ground, scope, basic.id), 0);
    const groups = await house.ground.db.read.find(GroupTable);
    assert.ok(groups.every(({ externalId }) => /^[0-9a-f-]{36}$/.test(externalId ?? '')));
  });

  it('groups of OpenLDAP too; and a group that was renamed in the directory stays the same one', async () => {
    const scope = await connected(house, slapd, 'ldap.example.test');
    const { groupId } = await addGroup(house.ground, house.ldap, scope, { groupName: 'pro', tier: 'Pro' });
    const group = (await house.ground.db.read.findOneBy(GroupTable, { id: groupId! }))!;
    const { ground } = house;
    const store = (name: string, id = group.externalId!) =>
      ground.db.write((m) => storeGroup(ground, m, scope, { id, name, dn: `cn=${name},${slapd.baseDn}` }));
    assert.deepEqual(
      [(await store('Professionals')).id, (await listGroups(ground.db.read, scope.accountId))[0]?.groupName],
      [group.id, 'Professionals'],
    );
    const namesake = await store('professionals', 'another');
    assert.notEqual(namesake.id, group.id);
    assert.match(namesake.displayName, /^professionals \(another\) cn=/);
  });

  it('nested groups give their tier, loops are harmless, and neither group means not in', async () => {
    const scope = await connected(house, samba, 'example.test');
    const { ground } = house;
    const { groupId: pro } = await addGroup(ground, house.ldap, scope, { groupName: 'Chime-Pro', tier: 'Pro' });
    const store = (name: string) =>
      ground.db.write((m) => storeGroup(ground, m, scope, { id: `id-${name}`, name, dn: `CN=${name}` }));
    const [mid, deep] = [await store('Pro-Mid'), await store('Pro-Deep')];
    const person = (name: string) => {
      const address = `${name}@example.test`;
      const emails = [{ value: address, type: 'work', primary: true }];
      const input = { userName: address, externalId: name, displayName: name, profile: {}, primary: address, emails };
      return ground.db.write((m) => createPerson(ground, m, scope, scope.connectionId, input));
    };
    const [bob, ivan] = [await person('bob'), await person('ivan')];
    const member = (group: string, of: string) => ground.db.write((m) => addMembers(ground, m, scope, group, [of]));
    await member(pro!, mid.id);
    await member(mid.id, deep.id);
    await member(deep.id, mid.id);
    await member(deep.id, bob.id);
    assert.deepEqual((await entitlement(ground.db.read, bob.id)).tier, 'Pro');
    assert.deepEqual((await entitlement(ground.db.read, ivan.id)).because, [{ kind: 'noGroup' }]);
  });

  it('disconnecting keeps people and their tiers, turns the account back, and leaves the directory authorised', async () => {
    const scope = await connected(house, samba, 'example.test');
    const { ground } = house;
    const { groupId } = await addGroup(ground, house.ldap, scope, { groupName: 'Chime-Pro', tier: 'Pro' });
    const address = 'bob@example.test';
    const emails = [{ value: address, type: 'work', primary: true }];
    const input = { userName: address, externalId: 'bob', displayName: 'Bob', profile: {}, primary: address, emails };
    const bob = await ground.db.write((m) => createPerson(ground, m, scope, scope.connectionId, input));
    await ground.db.write((m) => addMembers(ground, m, scope, groupId!, [bob.id]));
    const { epoch } = (await ground.db.read.query(`SELECT "epoch" FROM "users"`))[0] as { epoch: number };
    await assert.rejects(unauthoriseDirectory(ground, house.ldap, scope, scope.connectionId), {
      code: 'directory.isConnected',
    });
    assert.equal(await disconnectDirectory(ground, house.ldap, scope, 'admin'), 'EnterpriseLWA');
    assert.deepEqual((await entitlement(ground.db.read, bob.id)).because, [{ kind: 'assigned', tier: 'Pro' }]);
    assert.equal(((await ground.db.read.query(`SELECT "epoch" FROM "users"`))[0] as { epoch: number }).epoch, epoch);
    assert.deepEqual(await listGroups(ground.db.read, scope.accountId), []);
    const directory = await requireDirectory(ground.db.read, scope, scope.connectionId);
    assert.equal(directory.connectedAt, null);
    await assert.rejects(disconnectDirectory(ground, house.ldap, scope, 'admin'), { code: 'directory.notConnected' });
    await assert.rejects(addGroup(ground, house.ldap, scope, { groupName: 'Chime-Pro', tier: 'Pro' }), {
      code: 'mapping.groupNotFound',
    });
    await connectDirectory(ground, house.ldap, scope, directory.id);
    await disconnectDirectory(ground, house.ldap, scope, 'admin');
    await unauthoriseDirectory(ground, house.ldap, scope, directory.id);
    assert.deepEqual(await listDirectories(ground.db.read, scope), []);
    assert.deepEqual(
      (await events()).filter((name) => !name.startsWith('AddOrUpdate')),
      [
        'AuthorizeDirectory',
        'ConnectDirectory',
        'UnauthorizeDirectory ConflictException',
        'DisconnectDirectory',
        'DisconnectDirectory ConflictException',
        'ConnectDirectory',
        'DisconnectDirectory',
        'UnauthorizeDirectory',
      ],
    );
  });

  it('a connected directory is not made another domain’s by a change of its servers', async () => {
    const scope = await connected(house, slapd, 'ldap.example.test');
    const directory = await requireDirectory(house.ground.db.read, scope, scope.connectionId);
    await assert.rejects(authorise(scope, inputFor(samba), directory.id), { code: 'directory.anotherDomain' });
    const more = await authorise(
      scope,
      inputFor(slapd, { servers: `${slapd.url} ${slapd.startTlsUrl}` }),
      directory.id,
    );
    assert.deepEqual([more.connectedAt, more.domainId], [directory.connectedAt, directory.domainId]);
    const { ground } = house;
    await ground.db.write((m) => m.update(DirectoryTable, { id: directory.id }, { domainId: null }));
    await assert.rejects(authorise(scope, inputFor(samba), directory.id), { code: 'directory.anotherDomain' });
    const same = await authorise(scope, inputFor(slapd), directory.id);
    assert.equal(same.domainId, directory.domainId, 'the servers that were there before');
  });

  it('a connected directory’s people are not told by another id', async () => {
    const scope = await connected(house, slapd, 'ldap.example.test');
    const byUid = inputFor(slapd, { attributes: 'id: uid' });
    await assert.rejects(authorise(scope, byUid, scope.connectionId), {
      code: 'directory.anotherId',
      field: 'attributes',
    });
    await disconnectDirectory(house.ground, house.ldap, scope, 'admin');
    assert.equal((await authorise(scope, byUid, scope.connectionId)).attributes.id, 'uid');
  });

  it('a process lets go of the client of a directory that another has disconnected', async () => {
    const scope = await connected(house, slapd, 'ldap.example.test');
    const { ground, ldap } = house;
    const { connectionId: id } = scope;
    ldap.of(await requireDirectory(ground.db.read, scope, id));
    assert.ok(ldap.knows(id));
    // What another process commits, and tells.
    await ground.db.write(async (m) => {
      await m.update(DirectoryTable, { id }, { connectedAt: null });
      announceDirectory(ground, id);
    });
    await until(async () => !ldap.knows(id));
  });

  it('another account’s directory is not there, and a deleted account leaves no password behind', async () => {
    const scope = await connected(house, slapd, 'ldap.example.test');
    const other = await enterprise(house, 'other.example.test');
    const not = { code: 'directory.notFound' };
    const { ground, ldap } = house;
    await assert.rejects(connectDirectory(ground, ldap, other, scope.connectionId), not);
    await assert.rejects(authorise(other, inputFor(slapd), scope.connectionId), not);
    await assert.rejects(unauthoriseDirectory(ground, ldap, other, scope.connectionId), not);
    await ground.db.write((m) => m.query(`UPDATE "domains" SET "state" = 'pending'`));
    await deleteAccount(ground, house.upstairs, scope, 'Acme');
    assert.deepEqual(await listDirectories(ground.db.read, scope), []);
    assert.equal(await ground.db.read.countBy(ConnectionTable, { id: scope.connectionId }), 0);
  });
});
