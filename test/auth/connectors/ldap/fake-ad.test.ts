import assert from 'node:assert/strict';
import { DirectoryGuessesTable } from '../../../../src/directory/ldap/sign-in/guess.entity.ts';
import { TrailRecordTable } from '../../../../src/trail/record.entity.ts';
import { dnOf, fakeBase, fakeGroup, fakePassword, fakePerson, mailOf } from '../../../directory/ldap/fake-people.ts';
import { followingOf } from '../../../../src/directory/ldap/sync/status.ts';
import { problemText } from '../../../../src/directory/ldap/sync/texts.ts';
import { newPasswordNote } from '../../../../src/auth/pages/new-password-note.ts';
import { sayNo } from '../../../../src/users/lifecycle/causes.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import { until } from '../../../support/until.ts';
import { type FakeAd, type FakeEntry, startFakeAd } from '../../../support/fake-ad.ts';
import { ldapStage, type LdapStage } from './stage.ts';

/** 1601 to now, in units of 100 ns. */
const fileTime = (ms: number): string => String((BigInt(ms) + 11_644_473_600_000n) * 10_000n);

describe('signing in at an Active Directory that says why, and locks accounts', function () {
  this.timeout(60_000);
  const subCodes = ['525', '530', '532', '533', '701', '773', '775'];
  const domain = (threshold: string): FakeEntry => ({
    dn: fakeBase,
    attributes: {
      objectClass: ['domain'],
      lockoutThreshold: [threshold],
      lockOutObservationWindow: ['-18000000000'],
    },
  });
  const wrongOften = (count: string, at = Date.now()) => ({ badPwdCount: [count], badPasswordTime: [fileTime(at)] });
  const people = [
    fakePerson(1, 'alice', {
      proxyAddresses: [
        'SMTP:alice@fake.example.test',
        'smtp:a.liddell@fake.example.test',
        'sMtP:Mixed.Case@fake.example.test',
        'x500:x500@fake.example.test',
        'X400:x400@fake.example.test',
        'sip:sip@fake.example.test',
        'smtp:twice@fake.example.test',
      ],
    }),
    fakePerson(2, 'bob', { proxyAddresses: ['smtp:twice@fake.example.test'] }),
    fakePerson(3, 'carl', { proxyAddresses: ['smtp:dora@fake.example.test'] }),
    fakePerson(4, 'dora'),
    fakePerson(5, 'guessed'),
    fakePerson(6, 'near', wrongOften('4')),
    fakePerson(7, 'once', wrongOften('4', Date.now() - 3_600_000)),
    fakePerson(8, 'some', wrongOften('2')),
    fakePerson(9, 'musty'),
    fakePerson(10, 'fresh'),
    fakePerson(11, 'veiled', { userAccountControl: [] }),
    ...subCodes.map((code, i) => fakePerson(20 + i, `p${code}`)),
  ];
  const names = people.map(({ attributes }) => String(attributes['sAMAccountName']));
  let fake: FakeAd;
  let stage: LdapStage;
  before(async () => {
    fake = await startFakeAd({
      entries: [domain('5'), ...people, fakeGroup(90, 'Pros', names.map(dnOf))],
      people: Object.fromEntries(
        names.map((name) => [
          dnOf(name).toLowerCase(),
          /^p\d/.test(name)
            ? { subCode: name.slice(1) }
            : { password: fakePassword, ...(name === 'musty' && { subCode: '773' }) },
        ]),
      ),
    });
    stage = await ldapStage('ad', fake, ['fake.example.test'], { Pros: 'Pro' });
    await stage.poll();
  });
  after(async () => {
    await stage?.stop();
    await fake?.stop();
  });
  beforeEach(async () => {
    fake.binds.length = 0;
    const { ground } = stage.carillon.house;
    await ground.db.write((m) => m.delete(DirectoryGuessesTable, { directoryId: stage.directory.id }));
  });

  const tries = (address: string, name: string, password = fakePassword) =>
    stage.signIn(stage.carillon.visitor(), address, name, password);
  const isIn = async (name: string): Promise<boolean> => {
    const visitor = stage.carillon.visitor();
    const page = await stage.signIn(visitor, mailOf('alice'), name, fakePassword);
    return page.status === 303 && (await visitor.followHere(page)).body.includes('You are signed in');
  };
  const causeOf = async (): Promise<unknown> => {
    const { trail, db } = stage.carillon.house.ground;
    await trail.flush();
    const records = await db.read.find(TrailRecordTable, {
      where: { organisationId: stage.scope.organisationId, eventName: 'SignIn' },
      order: { id: 'ASC' },
    });
    return records.at(-1)?.requestParameters?.['cause'];
  };
  const bindsOf = (name: string): number => fake.binds.filter((bind) => bind.name === dnOf(name)).length;

  it('lifts no no of the directory, and has it read again: who is enabled there is in after that', async () => {
    assert.ok(await isIn('alice'));
    const { ground } = stage.carillon.house;
    const alice = (await ground.db.read.findOneBy(UserTable, { primaryAddressKey: mailOf('alice') }))!;
    await ground.db.write((m) => sayNo(ground, m, alice, 'directory', stage.directory.id));
    const page = await tries(mailOf('alice'), 'alice');
    assert.equal(page.status, 403);
    assert.equal(page.headers.getSetCookie().join().includes('carillon_session'), false);
    await until(() => isIn('alice'), 20_000);
  });

  for (const [code, cause] of [
    ['525', 'noSuchUser'],
    ['530', 'logonHours'],
    ['533', 'disabled'],
    ['701', 'accountExpired'],
    ['775', 'locked'],
  ] as const) {
    it(`after ${code} the person reads of one failure alone, and the administrator "${cause}"`, async () => {
      const wrong = await tries(mailOf('alice'), 'alice', 'wrong');
      assert.equal(await causeOf(), 'wrongPassword');
      const page = await tries(mailOf(`p${code}`), `p${code}`);
      assert.equal(page.status, 403);
      assert.equal(page.text.replaceAll(`p${code}`, 'alice'), wrong.text);
      assert.equal(await causeOf(), cause);
    });
  }

  for (const [code, cause] of [
    ['532', 'passwordExpired'],
    ['773', 'mustChangePassword'],
  ] as const) {
    it(`after ${code} the person is asked for another password, and the administrator reads the cause`, async () => {
      const page = await tries(mailOf(`p${code}`), `p${code}`);
      assert.match(page.body, /Choose another password/);
      assert.equal(page.headers.getSetCookie().join().includes('carillon_session'), false);
      assert.equal(await causeOf(), cause);
    });
  }

  it('finds a person by every address of type smtp, whatever the case of the prefix, and by no other type', async () => {
    for (const name of ['a.liddell', 'A.Liddell', 'mixed.case', 'alice']) assert.ok(await isIn(mailOf(name)), name);
    for (const name of ['x500', 'x400', 'sip']) {
      assert.equal((await tries(mailOf('alice'), mailOf(name))).status, 403, name);
      assert.equal(await causeOf(), 'nobody');
    }
  });

  it('refuses an address that two entries have, as proxies of both or as mail of one', async () => {
    for (const name of ['twice', 'dora']) {
      assert.equal((await tries(mailOf(name), mailOf(name))).status, 403);
      assert.equal(await causeOf(), 'ambiguous');
      assert.equal(bindsOf('alice') + bindsOf('bob') + bindsOf('carl') + bindsOf('dora'), 0);
    }
    assert.ok(await isIn('dora'), 'by the name that is hers alone');
  });

  it('of eight wrong passwords at once fewer reach the directory than lock the account', async () => {
    const pages = await Promise.all(Array.from({ length: 8 }, () => tries(mailOf('guessed'), 'guessed', 'wrong')));
    assert.equal(bindsOf('guessed'), 3); // of five that lock
    assert.equal(pages.filter(({ status }) => status === 429).length, 5);
    assert.match(pages.find(({ status }) => status === 429)!.text, /too many wrong passwords/);
  });

  it('leaves an account alone that wrong passwords elsewhere have brought near its lock-out', async () => {
    assert.equal((await tries(mailOf('near'), 'near')).status, 429);
    assert.equal(bindsOf('near'), 0);
    assert.ok(await isIn('once'), 'what was long ago counts no more');
    const pages = await Promise.all(Array.from({ length: 8 }, () => tries(mailOf('some'), 'some', 'wrong')));
    const tried = bindsOf('some');
    assert.ok(tried === 1 || tried === 2, `${tried}`); // two elsewhere; the fifth would lock
    assert.equal(pages.filter(({ status }) => status === 429).length, 8 - tried);
  });

  const changes = async (name: string, password: string, newPassword: string) => {
    const visitor = stage.carillon.visitor();
    const { csrf } = await visitor.get('/signin');
    // As if the directory had wanted another password a moment ago: its form carries this note.
    const browser = visitor.jar().get('carillon_browser') ?? '';
    const note = newPasswordNote(stage.carillon.house.ground, { directoryId: stage.directory.id, name, browser });
    const more = { name, password, newPassword, again: newPassword, note, target: '' };
    return visitor.post('/signin/new-password', { csrf, email: mailOf('alice'), ...more });
  };

  it('a change of a password that the directory denies says nothing until the present one is proved, and gives no guess back', async () => {
    fake.set({ modify: 50 });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await changes('fresh', `wrong${i}`, 'N3w-Passw0rd!')).status);
    assert.deepEqual(statuses, [403, 403, 403, 429, 429]);
    assert.equal(bindsOf('fresh'), 3);
    const nobody = await changes('nobody-here', 'wrong', 'N3w-Passw0rd!');
    const wrong = await changes('dora', 'wrong', 'N3w-Passw0rd!');
    assert.equal(wrong.text.replaceAll('dora', 'nobody-here'), nobody.text);
    assert.match((await changes('dora', fakePassword, 'N3w-Passw0rd!')).text, /cannot be changed here/);
    fake.set({ modify: 19 });
    assert.equal((await changes('musty', 'wrong', 'N3w-Passw0rd!')).status, 403);
    assert.match((await changes('musty', fakePassword, 'N3w-Passw0rd!')).text, /did not take the new password/);
  });

  it('a changed password is a record of its own', async () => {
    fake.set({ modify: 0 });
    await changes('alice', fakePassword, 'N3w-Passw0rd!');
    const { trail, db } = stage.carillon.house.ground;
    await trail.flush();
    const where = { organisationId: stage.scope.organisationId, eventName: 'ChangeDirectoryPassword' };
    const records = await db.read.find(TrailRecordTable, { where });
    assert.equal(records.length, 1);
    assert.equal(records[0]?.requestParameters?.['directoryId'], stage.directory.id);
  });

  it('however an address is written, its guesses are one count, for nobody as for somebody', async () => {
    for (const who of ['dora', 'nobody-at-all']) {
      const statuses: number[] = [];
      for (const name of [mailOf(who), `"${who}"@fake.example.test`, mailOf(who).toUpperCase(), mailOf(who)])
        statuses.push((await tries(mailOf('alice'), name, 'wrong')).status);
      assert.deepEqual(statuses, [403, 403, 403, 429], who);
    }
  });

  it('security check 12: strangers who guess at somebody’s address use up no attempt of a browser in which they have signed in', async () => {
    const own = stage.carillon.visitor();
    assert.equal((await stage.signIn(own, mailOf('alice'), 'alice', fakePassword)).status, 303);
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await tries(mailOf('alice'), 'alice', `wrong${i}`)).status);
    assert.deepEqual(statuses, [403, 403, 403, 429, 429]);
    assert.equal((await tries(mailOf('alice'), 'alice')).status, 429, 'the right one, in another browser');
    const others = stage.carillon.visitor();
    assert.equal((await stage.signIn(others, mailOf('bob'), 'bob', fakePassword)).status, 303);
    assert.equal(
      (await stage.signIn(others, mailOf('alice'), 'alice', 'wrong')).status,
      429,
      'known for somebody else',
    );
    assert.equal((await stage.signIn(own, mailOf('alice'), 'alice', fakePassword)).status, 303);
    assert.equal(bindsOf('alice'), 5);
  });

  it('brings in nobody whose entry does not show whether it is enabled, and says so', async () => {
    assert.equal((await tries(mailOf('veiled'), 'veiled')).status, 403);
    const { db } = stage.carillon.house.ground;
    assert.equal(await db.read.findOneBy(UserTable, { primaryAddressKey: mailOf('veiled') }), null);
    const { problems } = await followingOf(db.read, stage.scope);
    const [problem] = problems.filter(({ code }) => code === 'directory.stateUnreadable');
    assert.deepEqual(problem?.names, [mailOf('veiled')]);
    assert.match(problemText(problem).why, /userAccountControl/);
  });
});
