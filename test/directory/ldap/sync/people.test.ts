import assert from 'node:assert/strict';
import { DomainTable } from '../../../../src/accounts/domains/domain.entity.ts';
import type { House } from '../../../../src/app.ts';
import { dropConnections } from '../../../../src/auth/connectors/openid/disconnect.ts';
import { loginAt } from '../../../../src/auth/own/logins.ts';
import { keepLogin } from '../../../../src/auth/own/register.ts';
import { meetPerson } from '../../../../src/directory/ldap/sync/people/meet.ts';
import { followingOf } from '../../../../src/directory/ldap/sync/status.ts';
import { createPerson } from '../../../../src/users/lifecycle/people.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import type { Company } from '../../../support/company.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { until } from '../../../support/until.ts';
import type { PaperDirectory } from './paper-directory.ts';
import { paperStage } from './paper-stage.ts';

describeOnEachEngine('the people of a directory that is followed', () => {
  let house: House;
  let acme: Company;
  let paper: PaperDirectory;
  const stage = paperStage();
  const { poll, user, mayIn, tierOf, map, state, wantWhole } = stage;
  beforeEach(() => {
    ({ house, acme, paper } = stage.now());
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

  it('security check 8: what those signed in by before opens nothing, and never their address’s next owner, when it is gone again', async () => {
    const { ground } = house;
    const { db } = ground;
    const ada = await db.write((m) =>
      createPerson(ground, m, acme.scope, null, {
        userName: 'ada@acme.example',
        externalId: null,
        displayName: null,
        profile: {},
        emails: [],
        primary: null,
      }),
    );
    const kept = { address: 'ada@acme.example', addressKey: 'ada@acme.example', passwordHash: 'x' };
    await db.write((m) => keepLogin(m, ada, kept));
    paper.person('ada');
    await poll();
    assert.equal((await user('ada'))?.id, ada.id);
    await until(async () => (await loginAt(db.read, kept.addressKey)) === null);
    // As they are left by the release before, or by a directory that was gone and is there again.
    await db.write((m) => keepLogin(m, ada, kept));
    await db.write((m) => dropConnections(m, [acme.scope.accountId]));
    assert.equal(await loginAt(db.read, kept.addressKey), null);
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

  it('takes nobody with an address outside the verified domains, and tells why', async () => {
    const mail = 'eve@elsewhere.example';
    paper.person('eve', { mail, addresses: [mail] });
    paper.person('nomail', { mail: null, addresses: [] });
    await poll();
    const { problems, people } = await state();
    assert.deepEqual({ problems, people }, { problems: 2, people: 0 });
  });

  it('neither a yes nor a no is what an entry does not show: nobody comes in by it, and nobody goes', async () => {
    paper.group('Pros', [paper.person('ada').guid, paper.person('eve', { disabled: true }).guid, 'guid-bob']);
    await map('Pros');
    await poll();
    assert.deepEqual([await mayIn('ada'), await mayIn('eve')], [true, false]);
    paper.person('ada', { stateUnknown: true, displayName: 'Ada Lovelace' });
    paper.person('eve', { stateUnknown: true, disabled: false });
    paper.person('bob', { stateUnknown: true });
    await poll();
    assert.deepEqual([await mayIn('ada'), await mayIn('eve'), await user('bob')], [true, false, null]);
    assert.equal((await user('ada'))?.displayName, 'Ada Lovelace', 'all else is taken over');
    const { ground } = house;
    const unknown = { ...paper.person('bob') };
    await meetPerson(ground, acme.scope, unknown);
    assert.equal(await user('bob'), null, 'nor at a sign-in');
    const { problems } = await followingOf(ground.db.read, acme.scope);
    assert.deepEqual(
      problems.map(({ code, count }) => [code, count]),
      [['directory.stateUnreadable', 3]],
    );
    for (const name of ['ada', 'eve', 'bob']) {
      const { stateUnknown: _, ...shown } = paper.people.get(`guid-${name}`)!;
      paper.people.delete(shown.guid);
      paper.person(name, shown);
    }
    await poll();
    assert.deepEqual([await mayIn('ada'), await mayIn('eve'), await mayIn('bob')], [true, true, true]);
    assert.deepEqual((await followingOf(ground.db.read, acme.scope)).problems, []);
  });

  it('makes one person of an entry that a read gives twice', async () => {
    paper.person('ada');
    stage.between = (reader) => ({
      ...reader,
      people: async function* () {
        for await (const page of reader.people())
          yield [...page, ...page.map((person) => ({ ...person, title: 'Countess' }))];
      },
    });
    await poll();
    const { accountId } = acme.scope;
    assert.equal(await house.ground.db.read.countBy(UserTable, { accountId, externalId: 'guid-ada' }), 1);
    assert.equal((await state()).failingSince, null);
  });

  it('takes back many whom the account kept at once, each by their own address', async () => {
    const { ground } = house;
    const ids = await ground.db.write(async (m) => {
      const made: string[] = [];
      for (let i = 0; i < 30; i++) {
        const mail = `p${i}@acme.example`;
        const input = { userName: mail, externalId: null, displayName: null, profile: {}, emails: [], primary: mail };
        made.push((await createPerson(ground, m, acme.scope, null, input)).id);
      }
      return made;
    });
    stage.many(40);
    await poll();
    for (const [i, id] of ids.entries()) {
      const found = (await user(`p${i}`))!;
      assert.deepEqual([found.id, found.externalId], [id, `guid-p${i}`]);
    }
    assert.equal((await state()).people, 40);
  });
});
