import assert from 'node:assert/strict';
import { nobodys } from '../../../src/accounts/accounts/nobodys.ts';
import { setDefaultLicence, setHelpContact } from '../../../src/accounts/accounts/accounts.ts';
import { AdministratorTable } from '../../../src/access/administrators/administrator.entity.ts';
import { invitedAdministrator } from '../../../src/access/administrators/names.ts';
import { mailHandlers } from '../../../src/app.ts';
import { MailSender } from '../../../src/platform/mail/sender.ts';
import { TrailRecordTable } from '../../../src/trail/record.entity.ts';
import { entitlement } from '../../../src/users/entitlement/entitlement.ts';
import { departuresFrom } from '../../../src/users/lifecycle/departures.ts';
import { removeUser } from '../../../src/users/lifecycle/administer.ts';
import { takeInStragglers } from '../../../src/users/lifecycle/take-in.ts';
import { lift, suspend } from '../../../src/users/lifecycle/suspension.ts';
import { shownTier } from '../../../src/users/trial/tier.ts';
import { claimDomain } from '../../../src/accounts/domains/domains.ts';
import { DomainTable } from '../../../src/accounts/domains/domain.entity.ts';
import { UserTable } from '../../../src/users/user.entity.ts';
import { lostDomain, testCompany } from '../../support/company.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { newAdministrator } from '../../support/administrator.ts';
import { startSmtp } from '../../support/smtp.ts';
import { until } from '../../support/until.ts';
import { type Own, ownHouse } from './support.ts';

describeOnEachEngine('a newly verified domain', function () {
  this.timeout(60_000);
  let own: Own;
  beforeEach(async () => {
    own = await ownHouse();
  });
  afterEach(() => own.stop());

  /** Until the outbox has nothing left to do. */
  const settled = (): Promise<unknown> =>
    until(async () => {
      const found = await own.house.ground.db.read.query<unknown[]>(`SELECT 1 FROM "outbox" WHERE "state" <> 'done'`);
      return found.length === 0;
    });

  it('takes in those who registered with its addresses on their own: their trial ends, their devices stay', async () => {
    const { ground } = own.house;
    const acme = await own.team('Acme');
    const ruth = await own.alone('ruth@acme.example');
    const other = await own.alone('ruth@else.example');
    const sub = await own.alone('ruth@sub.acme.example');
    const device = await own.signIn(ruth);
    await own.verify(acme, 'acme.example');
    await until(async () => (await own.stored(ruth)).accountId === acme.accountId);
    assert.equal(await own.isIn(device), true);
    assert.equal(shownTier(await entitlement(ground.db.read, ruth.id)), 'Pro');
    for (const user of [other, sub]) assert.equal((await own.stored(user)).accountId, nobodys.accountId);
    const [letter, ...more] = await own.letters();
    assert.deepEqual([letter?.to, letter?.kind, more.length], ['ruth@acme.example', 'takenIn', 0]);
    assert.match(letter!.letter.paragraphs.join(' '), /acme\.example.*Acme/);
    const record = await ground.db.read.findOneBy(TrailRecordTable, { eventName: 'TakeInUsers' });
    assert.deepEqual(record?.responseElements, { users: 1, passedOver: 0 });
    assert.equal(record.identity.type, 'System');
  });

  it('takes them out of other organisations’ teams, whose administrators are told', async () => {
    const { ground } = own.house;
    const acme = await own.team('Acme');
    await setDefaultLicence(ground, acme.organisationId, acme.accountId, 'Basic');
    const team = await own.team('Team');
    const ruth = await own.register(team, 'ruth@acme.example');
    const stays = await own.register(team, 'tom@else.example');
    await own.verify(acme, 'acme.example');
    await until(async () => (await own.stored(ruth)).accountId === acme.accountId);
    assert.equal((await own.stored(ruth)).licence, 'Basic');
    assert.equal((await own.stored(stays)).accountId, team.accountId);
    const [departure] = await departuresFrom(ground.db.read, team.accountId);
    assert.deepEqual([departure?.domain, departure?.people], ['acme.example', 1]);
    assert.deepEqual(await departuresFrom(ground.db.read, acme.accountId), []);
    const told = await ground.db.read.findOneBy(TrailRecordTable, { eventName: 'LoseUsers' });
    assert.deepEqual([told?.accountId, told?.responseElements], [team.accountId, { users: 1, letters: 0 }]);
  });

  it('writes to them and to their former team’s administrators, once for a domain, by the server that takes mail', async () => {
    const smtp = await startSmtp();
    await own.stop();
    own = await ownHouse({ smtpUrl: smtp.url });
    const sender = new MailSender(own.house.ground, mailHandlers(own.house));
    try {
      const { ground } = own.house;
      const acme = await own.team('Acme <b>');
      const team = await own.team('Team');
      await newAdministrator(own.house, 'grace@team.example', team.organisationId);
      await newAdministrator(own.house, 'root', team.organisationId);
      await ground.db.write((m) =>
        m.insert(AdministratorTable, invitedAdministrator(team.organisationId, 'late@team.example')),
      );
      const ruth = await own.register(team, 'ruth@acme.example');
      await own.alone('alone@acme.example');
      const tom = await own.register(team, 'tom@acme.example');
      await ground.db.write((m) => suspend(ground, m, tom, 'admin'));
      await own.verify(acme, 'acme.example');
      const letter = await smtp.next('ruth@acme.example');
      assert.equal(letter.header('subject'), 'Your account is now part of Acme <b>');
      assert.match(letter.text, /acme\.example is its own\..*no longer in the team Team\./s);
      assert.match(letter.text, /tier is now Pro/);
      assert.ok(letter.text.includes(`${ground.config.publicUrl}/me`));
      assert.match(letter.html, /Acme &lt;b&gt;/);
      assert.doesNotMatch((await smtp.next('alone@acme.example')).text, /the team/);
      const told = await smtp.next('grace@team.example');
      assert.equal(told.header('subject'), 'People have left Team');
      assert.match(told.text, /acme\.example.*no longer in Team/s);
      assert.ok(told.html.includes(`/console/accounts/${team.accountId}/people`));
      assert.doesNotMatch(told.raw, /ruth|Acme/, 'who they are, and where they went, is on the page and nowhere else');
      await ground.db.write((m) => lift(ground, m, tom));
      await takeInStragglers(ground, own.house.upstairs);
      await smtp.next('tom@acme.example');
      await until(async () => (await own.letters()).length === 0);
      const to = smtp.received.map((each) => each.to.join()).toSorted();
      assert.deepEqual(to, ['alone@acme.example', 'grace@team.example', 'ruth@acme.example', 'tom@acme.example']);
      assert.equal((await own.stored(ruth)).accountId, acme.accountId);
    } finally {
      await sender.stop();
      await smtp.stop();
    }
  });

  it('writes to whoever is named for help where no administrator has an address', async () => {
    const { ground } = own.house;
    const acme = await own.team('Acme');
    const team = await own.team('Team');
    await setHelpContact(ground, team.organisationId, team.accountId, 'help@team.example');
    await own.register(team, 'ruth@acme.example');
    await own.verify(acme, 'acme.example');
    await until(async () => (await own.letters()).length === 2);
    assert.deepEqual(
      (await own.letters()).map(({ to, kind }) => [to, kind]),
      [
        ['ruth@acme.example', 'takenIn'],
        ['help@team.example', 'peopleLost'],
      ],
    );
  });

  it('takes in nobody whom somebody has said no to, who was released, or whose name is taken there', async () => {
    const { ground, upstairs } = own.house;
    const acme = await own.team('Acme');
    const team = await own.team('Team');
    const suspended = await own.register(team, 's@acme.example');
    await ground.db.write((m) => suspend(ground, m, suspended, 'admin'));
    const there = await own.register(acme, 'twin@acme.example');
    const twin = await own.alone('twin@acme.example');
    const gone = await own.register(team, 'gone@acme.example');
    await ground.db.write((m) => suspend(ground, m, gone, 'admin'));
    await removeUser(ground, upstairs, team, gone.id);
    await own.verify(acme, 'acme.example');
    await settled();
    assert.equal((await own.stored(suspended)).accountId, team.accountId);
    assert.equal((await own.stored(twin)).accountId, nobodys.accountId);
    assert.equal((await own.stored(there)).accountId, acme.accountId);
    assert.equal((await own.stored(gone)).accountId, team.accountId);
  });

  it('takes in nobody where a directory says who belongs', async () => {
    const company = await testCompany(own.house);
    const ruth = await own.alone('ruth@second.example');
    const { organisationId, accountId } = company.scope;
    await claimDomain(own.house.ground, organisationId, accountId, { domain: 'second.example' });
    await own.verify(company.scope, 'second.example');
    await settled();
    assert.equal((await own.stored(ruth)).accountId, nobodys.accountId);
    assert.equal(await own.house.ground.db.read.countBy(DomainTable, { name: 'second.example', state: 'verified' }), 1);
  });

  it('takes in later whoever has stayed behind, and leaves no record while there is nobody to take', async () => {
    const { ground, upstairs } = own.house;
    const acme = await own.team('Acme');
    await own.register(acme, 'twin@acme.example');
    await own.alone('twin@acme.example');
    const suspended = await own.register(await own.team('Team'), 's@acme.example');
    await ground.db.write((m) => suspend(ground, m, suspended, 'admin'));
    await own.verify(acme, 'acme.example');
    await settled();
    await takeInStragglers(ground, upstairs);
    assert.equal(await ground.db.read.countBy(TrailRecordTable, { eventName: 'TakeInUsers' }), 0);
    await ground.db.write((m) => lift(ground, m, suspended));
    await takeInStragglers(ground, upstairs);
    assert.equal((await own.stored(suspended)).accountId, acme.accountId);
    assert.equal(await ground.db.read.countBy(TrailRecordTable, { eventName: 'TakeInUsers' }), 1);
  });

  it('takes them out of an enterprise account that has lost the domain, and out of one that has it nobody', async () => {
    const { ground } = own.house;
    const former = await own.team('Former');
    await own.verify(former, 'acme.example');
    await settled();
    const ruth = await own.register(former, 'ruth@acme.example');
    await ground.db.write((m) => m.update(UserTable, { id: ruth.id }, { connectionId: 'gone', externalId: '00u' }));
    assert.equal(await own.typeOf(former), 'EnterpriseLWA');
    await takeInStragglers(ground, own.house.upstairs);
    assert.equal((await own.stored(ruth)).accountId, former.accountId);
    await lostDomain(ground, former);
    const acme = await own.team('Acme');
    await own.verify(acme, 'acme.example');
    await until(async () => (await own.stored(ruth)).accountId === acme.accountId);
    const { connectionId, externalId } = await own.stored(ruth);
    assert.deepEqual([connectionId, externalId], [null, null], 'what had made them there keeps nobody here');
    const [departure] = await departuresFrom(ground.db.read, former.accountId);
    assert.deepEqual([departure?.domain, departure?.people], ['acme.example', 1]);
  });

  it('takes in many in bounded steps', async () => {
    const { ground } = own.house;
    const acme = await own.team('Acme');
    const team = await own.team('Team');
    const people = 450;
    for (let i = 0; i < people; i++) {
      const address = `p${String(i).padStart(4, '0')}@acme.example`;
      await (i % 3 === 0 ? own.register(team, address) : own.alone(address));
    }
    await own.verify(acme, 'acme.example');
    const count = sqlCount(own, acme.accountId);
    await until(async () => (await count()) === people);
    await settled();
    const records = await ground.db.read.findBy(TrailRecordTable, { eventName: 'TakeInUsers' });
    const moved = records.map(({ responseElements }) => Number(responseElements!['users']));
    assert.ok(moved.length >= 3 && moved.every((some) => some <= 200), moved.join());
    assert.equal(
      moved.reduce((sum, some) => sum + some, 0),
      people,
    );
  });
});

const sqlCount = (own: Own, accountId: string) => async (): Promise<number> => {
  const [found] = await own.house.ground.db.read.query<{ n: number | string }[]>(
    `SELECT COUNT(*) AS "n" FROM "users" WHERE "accountId" = '${accountId}'`,
  );
  return Number(found!.n);
};
