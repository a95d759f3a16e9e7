import assert from 'node:assert/strict';
import type { House } from '../../../../src/app.ts';
import { createGroup } from '../../../../src/directory/groups/groups.ts';
import { mapGroup } from '../../../../src/directory/groups/mappings.ts';
import type { DirectoryScope } from '../../../../src/directory/groups/scope.ts';
import { LdapClients } from '../../../../src/directory/ldap/clients.ts';
import { DirectoryTable } from '../../../../src/directory/ldap/directory.entity.ts';
import { guidText } from '../../../../src/directory/ldap/ids.ts';
import { listHeld } from '../../../../src/directory/ldap/sync/approve.ts';
import { DirectoryFollower } from '../../../../src/directory/ldap/sync/follower.ts';
import { ldapSource } from '../../../../src/directory/ldap/sync/source.ts';
import { followingOf } from '../../../../src/directory/ldap/sync/status.ts';
import { keep, stateOf, wantFull } from '../../../../src/directory/ldap/sync/state/states.ts';
import { entitlement } from '../../../../src/users/entitlement/entitlement.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import { type FakeAd, type FakeAdOptions, type FakeEntry, startFakeAd } from '../../../support/fake-ad.ts';
import { testConfig, testHouse } from '../../../support/house.ts';
import { until } from '../../../support/until.ts';
import { connectedCompany } from '../company.ts';
import { dnOf, fakeGroup, fakePerson, mailOf } from '../fake-people.ts';

describe('following an Active Directory, with what only Windows does', function () {
  this.timeout(60_000);
  let house: House & { stop: () => Promise<void> };
  let clients: LdapClients;
  let follower: DirectoryFollower;
  let fakes: FakeAd[];
  let scope: DirectoryScope;
  beforeEach(async () => {
    house = await testHouse(testConfig({ outboundPrivateHosts: ['127.0.0.1'] }));
    // Deadlines that a test can wait for; what must be fast is measured in bench.
    const limits = { answerMs: 2_000, connectMs: 5_000, lastConnectMs: 5_000, awayMs: 50, awayMaxMs: 100 };
    clients = new LdapClients(house.outbound, house.ground.seal, undefined, limits);
    follower = new DirectoryFollower(house.ground, ldapSource(house.ground, clients));
    fakes = [];
  });
  afterEach(async () => {
    await follower.stop();
    clients.close();
    await Promise.all(fakes.map((fake) => fake.stop()));
    await house.stop();
  });

  const start = async (options: FakeAdOptions): Promise<FakeAd> => {
    const fake = await startFakeAd(options);
    fakes.push(fake);
    return fake;
  };
  const follow = async (fake: FakeAd, entries: readonly FakeEntry[]): Promise<void> => {
    ({ scope } = await connectedCompany(house, 'ad', fake, ['fake.example.test']));
    const group = entries.find(({ attributes }) => String(attributes['cn']) === 'Pros')!;
    const externalId = guidText(group.attributes['objectGUID']![0] as Buffer);
    const { ground } = house;
    await ground.db.write((m) => createGroup(ground, m, scope, { displayName: 'Pros', externalId }));
    await mapGroup(ground, scope, { groupName: 'Pros', tier: 'Pro' });
  };
  const poll = () => follower.poll({ ...scope, name: 'Corporate', changedAt: 0 });
  const wholly = async (): Promise<void> => {
    await house.ground.db.write((m) => wantFull(m, scope.connectionId));
    await poll();
  };
  const state = async () => (await stateOf(house.ground.db.read, scope.connectionId))!;
  const mayIn = async (name: string): Promise<boolean> => {
    const user = await house.ground.db.read.findOneBy(UserTable, {
      accountId: scope.accountId,
      primaryAddressKey: mailOf(name),
    });
    return (await entitlement(house.ground.db.read, user?.id ?? '')).maySignIn;
  };
  const allIn = async (names: readonly string[]): Promise<void> => {
    const out: string[] = [];
    for (const name of names) if (!(await mayIn(name))) out.push(name);
    assert.deepEqual(out, []);
    assert.deepEqual(await listHeld(house.ground.db.read, scope, { limit: 10, offset: 0 }), []);
  };
  const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `p${i}`);
  const company = (who: readonly string[]): FakeEntry[] => [
    ...who.map((name, i) => fakePerson(i + 1, name)),
    fakeGroup(9_000, 'Pros', who.map(dnOf)),
  ];

  it('knows every one of 1,600 members, whom a group gives in ranges and a search in pages, some of them empty', async () => {
    const entries = company(names(1_600));
    const fake = await start({ entries, emptyPages: true, pageSize: 300 });
    await follow(fake, entries);
    await poll();
    assert.equal((await state()).errorDetail, null);
    assert.equal((await state()).people, 1_600);
    await allIn(['p0', 'p299', 'p300', 'p1499', 'p1500', 'p1599']);
    await wholly();
    await allIn(['p0', 'p1499', 'p1500', 'p1599']);
  });

  it('security check 25: takes an answer that was cut short for a failure: nobody is put out, and nobody waits', async () => {
    const entries = company(names(30));
    const fake = await start({ entries });
    await follow(fake, entries);
    await poll();
    fake.set({ cutAfter: 1 });
    await wholly();
    assert.deepEqual([(await state()).errorCode, (await state()).failingSince !== null], ['directory.refused', true]);
    await allIn(names(30));
    fake.set({ usn: 5_000 }); // a change to be read, and everybody's guids to be asked for
    await keep(house.ground, scope.connectionId, { fullWantedAt: null });
    await poll();
    await allIn(names(30));
    fake.set({ entries, cutAfter: undefined });
    await poll();
    assert.equal((await state()).failingSince, null);
  });

  it('security check 25: a connection that is dropped at any search changes nothing, and the next look goes on', async () => {
    const entries = company(names(30));
    const fake = await start({ entries, pageSize: 10 });
    await follow(fake, entries);
    await poll();
    for (let at = 1; at <= 12; at++) {
      fake.set({ dropAt: at });
      await wholly();
      await allIn(names(30));
    }
    fake.set({ dropAt: 0 });
    await until(async () => {
      await wholly();
      return (await state()).failingSince === null;
    });
    await allIn(names(30));
  });

  it('security check 25: a server that goes silent in the middle of a read ends the read, and nothing else', async () => {
    const entries = company(names(30));
    const fake = await start({ entries, pageSize: 10 });
    await follow(fake, entries);
    await poll();
    fake.set({ silentAfter: 3 });
    await wholly();
    assert.equal((await state()).errorCode, 'directory.unavailable');
    await allIn(names(30));
  });

  it('after failing over it reads whole, since the numbers of changes are each server’s own', async () => {
    const entries = company(names(30));
    const first = await start({ entries, controller: 'CN=NTDS Settings,CN=DC1', usn: 9_000 });
    const second = await start({
      entries: entries.filter(({ dn }) => dn !== dnOf('p7')),
      controller: 'CN=NTDS Settings,CN=DC2',
      usn: 50,
    });
    await follow(first, entries);
    const both = { servers: [first.url, second.url], ca: `${first.ca}\n${second.ca}`, updatedAt: Date.now() };
    await house.ground.db.write((m) => m.update(DirectoryTable, { id: scope.connectionId }, both));
    await poll();
    const before = await state();
    assert.equal(before.cursor?.server, 'CN=NTDS Settings,CN=DC1');
    await allIn(names(30));
    await first.stop();
    fakes.splice(fakes.indexOf(first), 1);
    await until(async () => {
      await poll();
      return (await state()).cursor?.server === 'CN=NTDS Settings,CN=DC2';
    }, 20_000);
    const { cursor, fullAt } = await state();
    assert.deepEqual([cursor?.position, fullAt! > before.fullAt!], ['50', true]);
    assert.equal(await mayIn('p7'), false, 'whom the other one has no more');
    await allIn(names(30).filter((name) => name !== 'p7'));
  });

  it('security check 25: a server that is of another directory than the one that was connected is taken for a fault', async () => {
    const top = (id: string): FakeEntry => ({
      dn: 'DC=fake,DC=example,DC=test',
      attributes: { objectClass: ['domainDNS'], objectGUID: [Buffer.from(id.padEnd(16, '.'))] },
    });
    const entries = company(names(10));
    const first = await start({ entries: [...entries, top('one')] });
    const again = names(10).map((name, i) => fakePerson(100 + i, name, { userAccountControl: ['514'] }));
    const second = await start({ entries: [...again, top('two')] });
    await follow(first, entries);
    const both = {
      servers: [first.url, second.url],
      ca: `${first.ca}\n${second.ca}`,
      domainId: guidText(Buffer.from('one'.padEnd(16, '.'))),
      updatedAt: Date.now(),
    };
    await house.ground.db.write((m) => m.update(DirectoryTable, { id: scope.connectionId }, both));
    await poll();
    assert.equal((await state()).errorCode, null);
    await first.stop();
    fakes.splice(fakes.indexOf(first), 1);
    await until(async () => {
      await poll();
      return (await state()).failingSince !== null;
    }, 20_000);
    await until(async () => {
      await wholly();
      return second.searches() > 0;
    });
    assert.match((await state()).errorDetail!, /anotherDomain: its domain is/);
    await allIn(names(10));
    assert.equal(second.searches() <= 3 * second.binds.length, true, 'nobody of it was asked for');
  });

  it('whoever has read the settings before they were changed asks the servers of the present ones', async () => {
    const entries = company(names(1));
    const fake = await start({ entries });
    await follow(fake, entries);
    const former = (await house.ground.db.read.findOneBy(DirectoryTable, { id: scope.connectionId }))!;
    const present = clients.of({ ...former, updatedAt: former.updatedAt + 1 });
    assert.equal(clients.of(former), present);
    assert.ok(await present.rootDse());
  });

  it('a member of another domain, or one that may not be seen, is nobody here, and the others are members', async () => {
    const foreign = 'CN=Guest,OU=Staff,DC=other,DC=example,DC=test';
    const hidden = `CN=Hidden,OU=Secret,DC=fake,DC=example,DC=test`;
    const who = names(30);
    const entries = [
      ...who.map((name, i) => fakePerson(i + 1, name)),
      fakeGroup(9_000, 'Pros', [foreign, hidden, ...who.map(dnOf)]),
    ];
    const fake = await start({ entries, answers: { [foreign.toLowerCase()]: 10, [hidden.toLowerCase()]: 50 } });
    await follow(fake, entries);
    await poll();
    assert.equal((await state()).errorDetail, null);
    await allIn(who);
  });

  it('a group that is refused keeps its members and no other group waiting, and is a problem until it is given', async () => {
    const who = names(30);
    const inner = fakeGroup(9_001, 'Inner\0\n', who.slice(15).map(dnOf));
    const outer = fakeGroup(9_000, 'Pros', [...who.slice(0, 15).map(dnOf), inner.dn]);
    const entries = [...who.map((name, i) => fakePerson(i + 1, name)), outer, inner];
    const fake = await start({ entries });
    await follow(fake, entries);
    await poll();
    await allIn(who);
    const { ground } = house;
    fake.set({ denies: String(inner.attributes['objectGUID']![0]).toLowerCase() });
    outer.attributes['member'] = [...who.slice(0, 14).map(dnOf), inner.dn];
    await wholly();
    assert.equal((await state()).errorDetail, null);
    await allIn(who.filter((name) => name !== 'p14'));
    assert.equal(await mayIn('p14'), false, 'whom the other group has no more');
    const problems = async () => (await followingOf(ground.db.read, scope)).problems;
    assert.deepEqual(await problems(), [
      { code: 'directory.groupUnreadable', domain: null, count: 1, names: ['Inner'] },
    ]);
    fake.set({ denies: undefined });
    await wholly();
    assert.deepEqual(await problems(), []);
    await allIn(who.filter((name) => name !== 'p14'));
  });

  it('whoever is moved with a whole part of the directory, without a change of their own, stays a member', async () => {
    const who = names(30);
    const people = who.map((name, i) => fakePerson(i + 1, name, { uSNChanged: ['100'] }));
    const group = fakeGroup(9_000, 'Pros', who.map(dnOf));
    const fake = await start({ entries: [...people, group], usn: 1_000 });
    await follow(fake, [group]);
    await poll();
    await allIn(who);
    const { fullAt } = await state();
    const elsewhere = (dn: string): string => dn.replace('OU=Staff', 'OU=Crew');
    for (const person of people) person.dn = elsewhere(person.dn);
    group.attributes['member'] = people.map(({ dn }) => dn);
    group.attributes['uSNChanged'] = ['1001'];
    fake.set({ usn: 1_001 });
    await poll();
    await allIn(who);
    group.attributes['member'] = people.slice(1).map(({ dn }) => dn);
    group.attributes['uSNChanged'] = ['1002'];
    fake.set({ usn: 1_002 });
    await poll();
    assert.ok(fake.searches() < 12, `${fake.searches()} searches: where they are now is known`);
    assert.equal((await state()).fullAt, fullAt);
    assert.equal(await mayIn('p0'), false, 'who is taken out of the group');
    await allIn(who.slice(1));
  });

  it('stops at once, whatever the directory does, and calls that no failure', async () => {
    const entries = company(names(30));
    const fake = await start({ entries, pageSize: 10 });
    await follow(fake, entries);
    await poll();
    fake.set({ silentAfter: 3 });
    await house.ground.db.write((m) => wantFull(m, scope.connectionId));
    const patient = new LdapClients(house.outbound, house.ground.seal, undefined, { answerMs: 600_000 });
    const other = new DirectoryFollower(house.ground, ldapSource(house.ground, patient));
    await follower.stop();
    const polling = other.poll({ ...scope, name: 'Corporate', changedAt: 0 });
    await until(() => fake.searches() > 3);
    await other.stop();
    await polling;
    patient.close();
    assert.equal((await state()).failingSince, null);
    await allIn(names(30));
  });

  it('a server that was restored is read whole: its numbers are lower, or its database has another invocation', async () => {
    const who = names(30);
    const controller = 'CN=NTDS Settings,CN=DC1,CN=Configuration,DC=fake,DC=example,DC=test';
    const dsa = (id: string): FakeEntry => ({
      dn: controller,
      attributes: { objectClass: ['nTDSDSA'], invocationId: [Buffer.from(id.padEnd(16, '.'))] },
    });
    const entries = company(who);
    const without = entries.filter(({ dn }) => dn !== dnOf('p7'));
    const fake = await start({ entries: [...entries, dsa('one')], usn: 9_000, controller });
    await follow(fake, entries);
    await poll();
    const first = await state();
    fake.set({ entries: [...without, dsa('one')], usn: 8_000 });
    await poll();
    const second = await state();
    assert.ok(second.fullAt! > first.fullAt!);
    assert.equal(second.cursor?.position, '8000');
    assert.equal(await mayIn('p7'), false);
    fake.set({ entries: [...entries, dsa('two')], usn: 9_000 });
    await poll();
    const third = await state();
    assert.ok(third.fullAt! > second.fullAt!);
    assert.notEqual(third.cursor?.server, second.cursor?.server);
    await allIn(who);
  });
});
