import assert from 'node:assert/strict';
import type { House } from '../../../../src/app.ts';
import { unmapGroup } from '../../../../src/directory/groups/mappings.ts';
import { approveHeld, heldShown } from '../../../../src/directory/ldap/sync/approve.ts';
import { DirectoryFollower } from '../../../../src/directory/ldap/sync/follower.ts';
import { DirectoryEntryTable } from '../../../../src/directory/ldap/sync/state/entry.entity.ts';
import { HeldPersonTable } from '../../../../src/directory/ldap/sync/state/held.entity.ts';
import { keep } from '../../../../src/directory/ldap/sync/state/states.ts';
import { sayNo } from '../../../../src/users/lifecycle/causes.ts';
import type { Company } from '../../../support/company.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import type { PaperDirectory } from './paper-directory.ts';
import { paperStage } from './paper-stage.ts';

describeOnEachEngine('following a directory', () => {
  let house: House;
  let acme: Company;
  let paper: PaperDirectory;
  let follower: DirectoryFollower;
  const stage = paperStage();
  const { poll, user, mayIn, tierOf, map, many, state, wantWhole, held } = stage;
  beforeEach(() => {
    ({ house, acme, paper, follower } = stage.now());
  });

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
    stage.between = () => assert.fail('the directory is away');
    await poll();
    assert.equal(await mayIn('ada'), false);
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
    stage.between = (reader) => ({
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
    stage.between = () => {
      throw new Error('no route to host');
    };
    await poll();
    const { failingSince, errorCode } = await state();
    assert.notEqual(failingSince, null);
    assert.equal(errorCode, 'directory.unavailable');
    assert.equal(await mayIn('p3'), true);
    stage.between = null;
    await poll();
    assert.equal((await state()).failingSince, null);
  });

  it('takes an answer that ends in the middle for no absence', async () => {
    paper.group('Pros', many(150));
    await map('Pros');
    await poll();
    stage.between = (reader) => ({
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
    stage.between = (reader) => ({
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
    stage.between = () => paper.reader();
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
        return work(paper.reader(), async (look) => look(paper.reader()));
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
    stage.between = (reader) => ({
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
    stage.between = null;
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
});
