import assert from 'node:assert/strict';
import { AccountTable } from '../../../../src/accounts/accounts/account.entity.ts';
import { DomainTable } from '../../../../src/accounts/domains/domain.entity.ts';
import type { House } from '../../../../src/app.ts';
import { createGroup } from '../../../../src/directory/groups/groups.ts';
import { mapGroup, unmapGroup } from '../../../../src/directory/groups/mappings.ts';
import { approveHeld, heldShown, listHeld } from '../../../../src/directory/ldap/sync/approve.ts';
import { DirectoryFollower } from '../../../../src/directory/ldap/sync/follower.ts';
import type { DirectoryReader } from '../../../../src/directory/ldap/sync/reader.ts';
import { DirectoryEntryTable } from '../../../../src/directory/ldap/sync/state/entry.entity.ts';
import { meetPerson } from '../../../../src/directory/ldap/sync/people/meet.ts';
import { HeldPersonTable } from '../../../../src/directory/ldap/sync/state/held.entity.ts';
import { keep, stateOf, wantFull } from '../../../../src/directory/ldap/sync/state/states.ts';
import { entitlement } from '../../../../src/users/entitlement/entitlement.ts';
import { sayNo } from '../../../../src/users/lifecycle/causes.ts';
import { createPerson } from '../../../../src/users/lifecycle/people.ts';
import { type User, UserTable } from '../../../../src/users/user.entity.ts';
import { type Company, testCompany } from '../../../support/company.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { testHouse } from '../../../support/house.ts';
import { PaperDirectory } from './paper-directory.ts';

describeOnEachEngine('following a directory', () => {
  let house: House & { stop: () => Promise<void> };
  let acme: Company;
  let paper: PaperDirectory;
  let follower: DirectoryFollower;
  /** What stands between the follower and the directory in a test; null: nothing. */
  let between: ((reader: DirectoryReader) => DirectoryReader) | null;

  before(async () => {
    house = await testHouse();
  });
  after(() => house.stop());
  beforeEach(async () => {
    acme = await testCompany(house);
    paper = new PaperDirectory();
    between = null;
    follower = new DirectoryFollower(house.ground, {
      directories: async () => [{ ...acme.scope, name: 'paper', changedAt: 0 }],
      read: async (_directory, work) => work(between ? between(paper.reader()) : paper.reader()),
      explain: (error) => ({ code: 'directory.unavailable', detail: String(error) }),
    });
  });
  afterEach(async () => {
    await follower.stop();
    // The next test claims the domain anew.
    await house.ground.db.write((m) => m.update(AccountTable, { id: acme.scope.accountId }, { deletedAt: 1 }));
    await house.ground.db.write((m) => m.delete(DomainTable, { accountId: acme.scope.accountId }));
  });

  const poll = (): Promise<void> => follower.poll({ ...acme.scope, name: 'paper', changedAt: 0 });
  const user = (name: string): Promise<User | null> =>
    house.ground.db.read.findOneBy(UserTable, {
      accountId: acme.scope.accountId,
      primaryAddressKey: `${name}@acme.example`,
    });
  const mayIn = async (name: string): Promise<boolean> =>
    (await entitlement(house.ground.db.read, (await user(name))?.id ?? '')).maySignIn;
  const tierOf = async (name: string) => (await entitlement(house.ground.db.read, (await user(name))?.id ?? '')).tier;
  const map = async (groupName: string, tier = 'Pro'): Promise<string> => {
    const { ground } = house;
    await ground.db.write((m) =>
      createGroup(ground, m, acme.scope, { displayName: groupName, externalId: `group-${groupName}` }),
    );
    return (await mapGroup(ground, acme.scope, { groupName, tier })).id;
  };
  const many = (count: number): string[] => Array.from({ length: count }, (_, i) => paper.person(`p${i}`).guid);
  const state = async () => (await stateOf(house.ground.db.read, acme.scope.connectionId))!;
  const wantWhole = () => house.ground.db.write((m) => wantFull(m, acme.scope.connectionId));
  const held = () => listHeld(house.ground.db.read, acme.scope, { limit: 1_000, offset: 0 });

  it('lets in whoever a group with a tier holds, and nobody else', async () => {
    paper.group('Pros', [paper.person('ada').guid]);
    paper.person('bob');
    await map('Pros');
    await poll();
    assert.equal(await tierOf('ada'), 'Pro');
    assert.equal(await mayIn('bob'), false);
    assert.ok(await user('bob'));
  });

  it('writes nothing when nothing changed', async () => {
    paper.group('Pros', [paper.person('ada').guid]);
    await map('Pros');
    await poll();
    const before = await user('ada');
    await poll();
    const { fullAt } = await state();
    await wantWhole();
    await poll();
    assert.notEqual((await state()).fullAt, null);
    assert.ok((await state()).fullAt! >= fullAt!);
    assert.deepEqual(await user('ada'), before);
  });
  it('puts out whom the directory disables, and lets them in again when it enables them', async () => {
    paper.group('Pros', [paper.person('ada').guid]);
    await map('Pros');
    await poll();
    const { id, epoch } = (await user('ada'))!;
    paper.person('ada', { disabled: true });
    await poll();
    assert.equal(await mayIn('ada'), false);
    assert.ok((await user('ada'))!.epoch > epoch);
    paper.person('ada', { disabled: false });
    await poll();
    assert.equal(await mayIn('ada'), true);
    assert.equal((await user('ada'))!.id, id);
  });

  it('obeys an explicit no at once, however many there are', async () => {
    const guids = many(100);
    paper.group('Pros', guids);
    await map('Pros');
    await poll();
    for (let i = 0; i < 100; i++) paper.person(`p${i}`, { disabled: true });
    await poll();
    for (const name of ['p0', 'p50', 'p99']) assert.equal(await mayIn(name), false);
    assert.equal((await state()).heldAt, null);
  });

  it('does not lift an administrator’s no with the directory’s yes', async () => {
    paper.group('Pros', [paper.person('ada').guid]);
    await map('Pros');
    await poll();
    const { ground } = house;
    const ada = (await user('ada'))!;
    await ground.db.write((m) => sayNo(ground, m, ada, 'administrator', 'root'));
    paper.person('ada', { disabled: true });
    await poll();
    paper.person('ada', { disabled: false });
    await poll();
    assert.equal(await mayIn('ada'), false);
  });

  it('puts out whose time is over although nothing was written', async () => {
    paper.group('Pros', [paper.person('ada', { expiresAt: Date.now() + 3_600_000 }).guid]);
    await map('Pros');
    await poll();
    assert.equal(await mayIn('ada'), true);
    await house.ground.db.write((m) => m.update(DirectoryEntryTable, { guid: 'guid-ada' }, { expiresAt: Date.now() }));
    between = () => assert.fail('the directory is away');
    await poll();
    assert.equal(await mayIn('ada'), false);
  });

  it('knows a person by the guid through a rename and a move', async () => {
    paper.group('Pros', [paper.person('ada').guid]);
    await map('Pros');
    await poll();
    const { id } = (await user('ada'))!;
    const mail = 'countess@acme.example';
    paper.person('ada', { dn: 'CN=Countess,OU=Nobility,DC=acme,DC=example', mail, addresses: [mail] });
    await poll();
    assert.equal((await user('countess'))?.id, id);
    assert.equal(await mayIn('countess'), true);
  });

  it('lets two people swap their addresses', async () => {
    const [ada, bob] = [paper.person('ada'), paper.person('bob')];
    await poll();
    const before = [(await user('ada'))!.externalId, (await user('bob'))!.externalId];
    paper.person('ada', { guid: ada.guid, mail: bob.mail, addresses: bob.addresses });
    paper.person('bob', { guid: bob.guid, mail: ada.mail, addresses: ada.addresses });
    await poll();
    await wantWhole();
    await poll();
    assert.deepEqual([(await user('bob'))!.externalId, (await user('ada'))!.externalId], before);
  });

  it('puts out whose entry is deleted, and knows them again when it is restored', async () => {
    const ada = paper.person('ada');
    paper.group('Pros', [ada.guid, paper.person('bob').guid]);
    await map('Pros');
    await poll();
    const { id } = (await user('ada'))!;
    paper.delete(ada.guid);
    await poll();
    assert.equal(await mayIn('ada'), false);
    paper.person('ada', ada);
    paper.group('Pros', [ada.guid, 'guid-bob']);
    await poll();
    assert.equal((await user('ada'))!.id, id);
    assert.equal(await mayIn('ada'), true);
  });

  it('takes whoever gets a gone person’s address for somebody else', async () => {
    const ada = paper.person('ada');
    paper.person('bob');
    await poll();
    const { id } = (await user('ada'))!;
    paper.delete(ada.guid);
    await poll();
    paper.person('ada', { guid: 'guid-another-ada' });
    await poll();
    const alive = await house.ground.db.read.findBy(UserTable, { primaryAddressKey: 'ada@acme.example' });
    const current = alive.find(({ deletedAt, accountId }) => deletedAt === null && accountId === acme.scope.accountId);
    assert.equal(current?.externalId, 'guid-another-ada');
    assert.notEqual(current?.id, id);
  });

  it('takes the people whom the account kept for its own, by their address', async () => {
    const { ground } = house;
    const mail = 'ada@acme.example';
    const input = { userName: mail, externalId: null, displayName: 'Ada', profile: {}, emails: [], primary: mail };
    const kept = await ground.db.write((m) => createPerson(ground, m, acme.scope, null, input));
    const elsewhere = await ground.db.write((m) =>
      createPerson(ground, m, acme.scope, null, {
        ...input,
        userName: 'bob@acme.example',
        primary: 'bob@acme.example',
      }),
    );
    paper.group('Pros', [paper.person('ada').guid]);
    await map('Pros');
    await poll();
    const ada = (await user('ada'))!;
    assert.deepEqual([ada.id, ada.externalId, ada.connectionId], [kept.id, 'guid-ada', acme.scope.connectionId]);
    assert.equal(await tierOf('ada'), 'Pro');
    assert.equal((await user('bob'))!.id, elsewhere.id);
    assert.equal((await user('bob'))!.connectionId, null);
  });

  it('makes no two people of one guid whose new address somebody has whom the account kept', async () => {
    const { ground } = house;
    const mail = 'kept@acme.example';
    const input = { userName: mail, externalId: null, displayName: 'Kept', profile: {}, emails: [], primary: mail };
    await ground.db.write((m) => createPerson(ground, m, acme.scope, null, input));
    paper.person('ada');
    await poll();
    paper.person('ada', { mail, addresses: [mail] });
    await poll();
    const { accountId } = acme.scope;
    assert.equal(await ground.db.read.countBy(UserTable, { accountId, externalId: 'guid-ada' }), 1);
    assert.equal((await user('kept'))?.connectionId, null);
    assert.equal((await user('ada'))?.externalId, 'guid-ada');
  });

  it('takes nobody whom the account kept with an address outside its verified domains', async () => {
    const { ground } = house;
    const mail = 'ada@acme.example';
    const input = { userName: mail, externalId: null, displayName: 'Ada', profile: {}, emails: [], primary: mail };
    await ground.db.write((m) => createPerson(ground, m, acme.scope, null, input));
    await ground.db.write((m) => m.update(DomainTable, { accountId: acme.scope.accountId }, { state: 'pending' }));
    paper.person('ada');
    await poll();
    assert.deepEqual([(await user('ada'))!.connectionId, (await user('ada'))!.externalId], [null, null]);
    assert.equal((await state()).problems, 1);
  });

  it('refuses at once whom the account kept and the directory has disabled', async () => {
    const { ground } = house;
    const mail = 'ada@acme.example';
    const input = { userName: mail, externalId: null, displayName: 'Ada', profile: {}, emails: [], primary: mail };
    await ground.db.write((m) => createPerson(ground, m, acme.scope, null, input));
    paper.group('Pros', [paper.person('ada', { disabled: true }).guid]);
    await map('Pros');
    await poll();
    assert.equal((await user('ada'))!.externalId, 'guid-ada');
    assert.equal(await mayIn('ada'), false);
    paper.person('ada', { disabled: false });
    await poll();
    assert.equal(await mayIn('ada'), true);
  });

  it('a sign-in that read somebody before the directory’s no lifts it by nothing, and has them read again', async () => {
    const enabled = paper.person('ada');
    paper.group('Pros', [enabled.guid]);
    await map('Pros');
    await poll();
    paper.person('ada', { disabled: true });
    await poll();
    await meetPerson(house.ground, acme.scope, { ...enabled, displayName: 'older' });
    assert.equal(await mayIn('ada'), false);
    assert.equal((await user('ada'))!.displayName, 'ada');
    const { fullWantedAt, fullAt } = await state();
    assert.ok(fullWantedAt !== null && fullWantedAt >= fullAt!);
    await poll();
    assert.equal(await mayIn('ada'), false);
    paper.person('ada', { disabled: false });
    await poll();
    assert.equal(await mayIn('ada'), true);
  });

  it('a sign-in obeys a no that the follower has not read yet, and makes a person of who is new', async () => {
    const ada = paper.person('ada');
    paper.group('Pros', [ada.guid]);
    await map('Pros');
    await poll();
    await meetPerson(house.ground, acme.scope, { ...ada, disabled: true });
    assert.equal(await mayIn('ada'), false);
    await meetPerson(house.ground, acme.scope, paper.person('bob'));
    assert.equal((await user('bob'))!.externalId, 'guid-bob');
  });

  it('reads groups again for whoever was moved or restored', async () => {
    const ada = paper.person('ada');
    await poll();
    await poll();
    const read = async () => (await state()).groupsAt!;
    const before = await read();
    paper.person('ada', { displayName: 'Countess' });
    await poll();
    assert.equal(await read(), before, 'no reason to');
    paper.person('ada', { dn: 'CN=ada,OU=Nobility,DC=acme,DC=example' });
    await poll();
    const moved = await read();
    assert.ok(moved > before);
    paper.delete(ada.guid);
    await poll();
    paper.person('ada', ada);
    await poll();
    assert.ok((await read()) > moved);
  });

  it('puts out who leaves the last group with a tier, also through groups in each other', async () => {
    const ada = paper.person('ada').guid;
    paper.group('Inner', [ada, 'group-Pros']);
    paper.group('Pros', ['group-Inner']);
    await map('Pros');
    await poll();
    assert.equal(await tierOf('ada'), 'Pro');
    paper.group('Inner', ['group-Pros']);
    await poll();
    assert.equal(await mayIn('ada'), false);
    paper.group('Inner', ['group-Pros', ada]);
    await poll();
    assert.equal(await mayIn('ada'), true);
  });

  it('fills a group that gets its tier later', async () => {
    paper.group('Pros', [paper.person('ada').guid]);
    await poll();
    assert.equal(await mayIn('ada'), false);
    const mapping = await map('Pros');
    await poll();
    assert.equal(await mayIn('ada'), true);
    await unmapGroup(house.ground, acme.scope, mapping);
    assert.equal(await mayIn('ada'), false);
  });

  it('keeps a group that gets its tier while all groups are being read', async () => {
    paper.group('Pros', [paper.person('ada').guid]);
    paper.group('Basics', [paper.person('bob').guid]);
    await map('Pros');
    await poll();
    let added = false;
    between = (reader) => ({
      ...reader,
      group: async (guid, index) => {
        const group = await reader.group(guid, index);
        if (!added) {
          added = true;
          await map('Basics', 'Basic');
        }
        return group;
      },
    });
    await wantWhole();
    await poll();
    await poll();
    assert.equal(added, true);
    assert.equal(await tierOf('bob'), 'Basic');
    assert.equal(await tierOf('ada'), 'Pro');
  });

  it('puts nobody out while the directory is away', async () => {
    paper.group('Pros', many(30));
    await map('Pros');
    await poll();
    between = () => {
      throw new Error('no route to host');
    };
    await poll();
    const { failingSince, errorCode } = await state();
    assert.notEqual(failingSince, null);
    assert.equal(errorCode, 'directory.unavailable');
    assert.equal(await mayIn('p3'), true);
    between = null;
    await poll();
    assert.equal((await state()).failingSince, null);
  });

  it('takes an answer that ends in the middle for no absence', async () => {
    paper.group('Pros', many(150));
    await map('Pros');
    await poll();
    between = (reader) => ({
      ...reader,
      people: async function* () {
        for await (const page of reader.people()) {
          yield page;
          throw new Error('cut');
        }
      },
      guids: async function* () {
        for await (const page of reader.guids()) {
          yield page;
          throw new Error('cut');
        }
      },
    });
    await wantWhole();
    await poll();
    assert.equal(await mayIn('p149'), true);
  });

  it('security check 26: changes nothing for anyone when the directory is empty, however small the company', async () => {
    paper.group('Pros', many(3));
    await map('Pros');
    await poll();
    for (const guid of paper.people.keys()) paper.people.delete(guid);
    paper.changes++;
    await poll();
    assert.equal(await mayIn('p0'), true);
    assert.equal((await held()).length, 3);
  });

  it('security check 26: holds more than a twentieth of the people, and twenty, until an administrator lets it go on', async () => {
    const guids = many(100);
    paper.group('Pros', guids);
    await map('Pros');
    await poll();
    for (const guid of guids.slice(0, 21)) paper.delete(guid);
    await poll();
    assert.equal(await mayIn('p0'), true);
    const waiting = await held();
    assert.equal(waiting.length, 21);
    assert.equal(waiting[0]!.missing, 'entry');
    const shown = await heldShown(house.ground.db.read, acme.scope);
    // As many, but not the same.
    const [p0, p21] = [(await user('p0'))!.id, (await user('p21'))!.id];
    const swap = (from: string, to: string) =>
      house.ground.db.write((m) => m.update(HeldPersonTable, { userId: from }, { userId: to }));
    await swap(p0, p21);
    await assert.rejects(approveHeld(house.ground, acme.scope, 'root', shown), { code: 'directory.heldChanged' });
    await swap(p21, p0);
    await approveHeld(house.ground, acme.scope, 'root', shown);
    await poll();
    assert.equal(await mayIn('p0'), false);
    assert.equal(await mayIn('p20'), false);
    assert.equal(await mayIn('p21'), true);
    assert.equal((await state()).heldAt, null);
    assert.deepEqual(await held(), []);
  });

  it('measures by those to whom the directory says yes: a long list of the disabled lets nobody more go', async () => {
    const guids = many(40);
    for (let i = 0; i < 460; i++) paper.person(`old${i}`, { disabled: true });
    paper.group('Pros', guids);
    await map('Pros');
    await poll();
    for (const guid of guids.slice(0, 21)) paper.delete(guid);
    await poll();
    assert.equal(await mayIn('p0'), true);
    assert.equal((await held()).length, 21);
  });

  it('lets twenty go without asking', async () => {
    const guids = many(100);
    paper.group('Pros', guids);
    await map('Pros');
    await poll();
    for (const guid of guids.slice(0, 20)) paper.delete(guid);
    await poll();
    assert.equal(await mayIn('p0'), false);
    assert.equal(await mayIn('p20'), true);
  });

  it('holds people whose memberships were not returned, adds those who are new, and forgets it when they return', async () => {
    const guids = many(60);
    paper.group('Pros', guids);
    await map('Pros');
    await poll();
    paper.group('Pros', [paper.person('new').guid]);
    await poll();
    assert.equal(await mayIn('p7'), true);
    assert.equal(await mayIn('new'), true);
    assert.equal((await held()).length, 60);
    paper.group('Pros', [...guids, 'guid-new']);
    await wantWhole();
    await poll();
    assert.deepEqual(await held(), []);
    assert.equal((await state()).heldAt, null);
  });

  it('security check 26: asks again when others are missing than were approved', async () => {
    const guids = many(100);
    paper.group('Pros', guids);
    await map('Pros');
    await poll();
    for (const guid of guids.slice(0, 30)) paper.delete(guid);
    await poll();
    await approveHeld(house.ground, acme.scope, 'root', await heldShown(house.ground.db.read, acme.scope));
    for (const guid of guids.slice(30, 60)) paper.delete(guid);
    await poll();
    assert.equal(await mayIn('p40'), true);
    assert.equal((await held()).length, 60);
  });

  it('security check 26: holds everybody when a read of all groups gives no member, however few they are', async () => {
    const guids = many(3);
    paper.group('Pros', guids);
    await map('Pros');
    await poll();
    between = (reader) => ({
      ...reader,
      group: async (guid, index) => {
        const read = await reader.group(guid, index);
        return read && { group: { ...read.group, members: [] }, nested: [] };
      },
    });
    await wantWhole();
    await poll();
    assert.equal(await mayIn('p0'), true);
    assert.deepEqual(
      (await held()).map(({ missing }) => missing),
      ['member', 'member', 'member'],
    );
    between = () => paper.reader();
    await wantWhole();
    await poll();
    assert.deepEqual(await held(), []);
    paper.group('Pros', []);
    await poll();
    assert.equal(await mayIn('p0'), false, 'the group itself was changed');
  });

  it('keeps the tier of a group that a look did not give, and gives it to no other group of its name', async () => {
    paper.group('Pros', [paper.person('ada').guid]);
    paper.group('Basics', [paper.person('bob').guid]);
    await map('Pros');
    await map('Basics', 'Basic');
    await poll();
    const members = paper.groups.get('group-Pros')!;
    paper.delete('group-Pros');
    await poll();
    assert.equal(await mayIn('ada'), false);
    paper.groups.set('group-Other', { name: 'Pros', members: [paper.person('eve').guid] });
    paper.group('Basics', ['guid-bob', 'group-Other']);
    await poll();
    assert.equal(await tierOf('eve'), 'Basic', 'by the group that it is in');
    paper.groups.set('group-Pros', members);
    paper.changes++;
    await poll();
    assert.equal(await tierOf('ada'), 'Pro');
    assert.equal(await tierOf('eve'), 'Basic');
  });

  it('reads whole from another server, whose numbers are its own', async () => {
    paper.group('Pros', [paper.person('ada').guid]);
    await map('Pros');
    await poll();
    paper.server = 'another';
    paper.changes = 0;
    paper.person('ada', { disabled: true });
    await poll();
    assert.equal(await mayIn('ada'), false);
    assert.equal((await state()).cursor?.server, 'another');
  });

  it('lets one process follow at a time, and another when it lets go', async () => {
    paper.person('ada');
    await poll();
    let reads = 0;
    const second = new DirectoryFollower(house.ground, {
      directories: async () => [],
      read: async (_directory, work) => {
        reads++;
        return work(paper.reader());
      },
      explain: () => null,
    });
    await second.poll({ ...acme.scope, name: 'paper', changedAt: 0 });
    assert.equal(reads, 0);
    await follower.stop();
    await second.poll({ ...acme.scope, name: 'paper', changedAt: 0 });
    assert.equal(reads, 1);
    await second.stop();
  });

  it('writes nothing of what it read once another process follows', async () => {
    paper.group('Pros', [paper.person('ada').guid]);
    await map('Pros');
    await poll();
    const { cursor } = await state();
    const { connectionId } = acme.scope;
    between = (reader) => ({
      ...reader,
      changedPeople: async function* (since) {
        await keep(house.ground, connectionId, { leaseBy: 'another', leaseUntil: Date.now() + 5_000 });
        yield* reader.changedPeople(since);
      },
    });
    paper.person('ada', { disabled: true });
    await poll();
    assert.equal(await mayIn('ada'), true);
    const after = await state();
    assert.deepEqual([after.leaseBy, after.cursor, after.failingSince], ['another', cursor, null]);
    await keep(house.ground, connectionId, { leaseUntil: Date.now() - 1 });
    between = null;
    await poll();
    assert.equal(await mayIn('ada'), false);
  });

  it('takes a lease that nobody can have been given, after a clock has jumped, for one that is over', async () => {
    paper.person('ada');
    await poll();
    await keep(house.ground, acme.scope.connectionId, { leaseBy: 'another', leaseUntil: Date.now() + 86_400_000 });
    paper.person('bob');
    await poll();
    assert.ok(await user('bob'));
  });

  it('takes nobody with an address outside the verified domains, and tells why', async () => {
    const mail = 'eve@elsewhere.example';
    paper.person('eve', { mail, addresses: [mail] });
    paper.person('nomail', { mail: null, addresses: [] });
    await poll();
    const { problems, people } = await state();
    assert.deepEqual({ problems, people }, { problems: 2, people: 0 });
  });
});
