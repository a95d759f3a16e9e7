import assert from 'node:assert/strict';
import { nobodys } from '../../../src/accounts/accounts/nobodys.ts';
import { admit, NotEntitled } from '../../../src/auth/people/let-in.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { openRecords } from '../../../src/trail/people/open.ts';
import { TrailRecordTable } from '../../../src/trail/record.entity.ts';
import { parseAddresses } from '../../../src/users/invitations/addresses.ts';
import { invitePeople } from '../../../src/users/invitations/invite.ts';
import { activateUser, suspendUser } from '../../../src/users/lifecycle/administer.ts';
import { activateOnTheirOwn, freeBarredAddress, suspendOnTheirOwn } from '../../../src/users/lifecycle/on-their-own.ts';
import { deletePerson } from '../../../src/users/lifecycle/people.ts';
import { isBarred, registerPerson } from '../../../src/users/lifecycle/register.ts';
import { eraseWhatIsDue } from '../../../src/users/lifecycle/erase.ts';
import { UserTable } from '../../../src/users/user.entity.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import {
  accountWith,
  another,
  askFor,
  eachOwnStage,
  isIn,
  type OwnStage,
  personAt,
  registerAs,
  signInAs,
} from './support.ts';

const email = 'eve@own.example';
const said = { by: 'the operator', reason: 'Sends spam to everybody' };

describeOnEachEngine('own accounts: somebody in no account whom whoever runs the server suspends', function () {
  this.timeout(60_000);
  let stage: OwnStage;
  eachOwnStage((made) => (stage = made));

  it('is out of every device at once, and comes in by no way until it is lifted', async () => {
    const { ground, sessions } = stage.carillon.house;
    const [one, two] = [stage.carillon.visitor(), stage.carillon.visitor()];
    await registerAs(stage, one, email);
    await signInAs(two, email);
    const { id } = await personAt(stage, email);
    assert.equal(await suspendOnTheirOwn(ground, id, said), true);
    for (const device of [one, two]) assert.equal(await isIn(device), false);
    assert.match((await one.send('/me')).text, /suspended your access/);
    const refused = await signInAs(stage.carillon.visitor(), email);
    assert.match(refused.text, /suspended your access/);
    assert.equal((await signInAs(stage.carillon.visitor(), email, another)).status, 401);
    for (const by of ['password', 'passkey', 'upstream'] as const) {
      const proof = { userId: id, by, target: '/', authTime: clock.now(), amr: null };
      const from = { browser: 'browser', device: undefined, previous: null };
      await assert.rejects(
        ground.db.write((m) => admit(ground, sessions, m, proof, from, null)),
        (error) => error instanceof NotEntitled && error.because.some(({ kind }) => kind === 'administrator'),
        by,
      );
    }
    assert.equal(await suspendOnTheirOwn(ground, id, { ...said, reason: 'Sends more of it' }), false);
    assert.equal(await activateOnTheirOwn(ground, id), true);
    assert.equal(await activateOnTheirOwn(ground, id), false);
    assert.equal((await signInAs(stage.carillon.visitor(), email)).status, 303);
    assert.equal(await isIn(one), false, 'what ended stays ended');
  });

  it('chooses no other password: the page says what it always says, the letter why, and an older link is over', async () => {
    const { ground } = stage.carillon.house;
    const visitor = stage.carillon.visitor();
    await registerAs(stage, visitor, email);
    const link = await askFor(stage, stage.carillon.visitor(), '/reset', email);
    const page = await visitor.get(link);
    const { id } = await personAt(stage, email);
    await suspendOnTheirOwn(ground, id, said);
    const late = await page.submit('/reset/confirm', { newPassword: another, again: another });
    assert.equal(late.status, 400, late.text);
    assert.equal((await stage.carillon.visitor().send(link)).status, 400);
    const asked = await stage.carillon.visitor().postFrom('/reset', '/reset', { email });
    const known = asked.text.replaceAll(email, 'X');
    const unknown = await stage.carillon.visitor().postFrom('/reset', '/reset', { email: 'nobody@own.example' });
    assert.equal(known, unknown.text.replaceAll('nobody@own.example', 'X'));
    const letter = await stage.smtp.next(email, (each) => each.header('subject') === 'This address is suspended');
    assert.doesNotMatch(letter.raw, /reset\/confirm|spam/, 'no link, and not the reason');
    await activateOnTheirOwn(ground, id);
    assert.equal((await signInAs(stage.carillon.visitor(), email)).status, 303, 'the password is the old one');
  });

  it('registers nowhere anew, deleted and erased or not, is invited nowhere, and moves nowhere', async () => {
    const { house } = stage.carillon;
    const { ground } = house;
    await registerAs(stage, stage.carillon.visitor(), email);
    const { id } = await personAt(stage, email);
    const team = await accountWith(stage, 'Team');
    const enterprise = await accountWith(stage, 'Own', 'own.example');
    const user = (await ground.db.read.findOneBy(UserTable, { id }))!;
    await suspendOnTheirOwn(ground, id, said);
    const refusedEverywhere = async (): Promise<void> => {
      for (const scope of [nobodys, team, enterprise]) {
        assert.equal(await isBarred(ground, ground.db.read, scope, 'EVE@own.example'), true);
        await assert.rejects(
          ground.db.write((m) => registerPerson(ground, m, scope, { address: email })),
          { code: 'user.addressBarred' },
        );
      }
    };
    await refusedEverywhere();
    const other = await accountWith(stage, 'Other');
    const [invited] = await invitePeople(ground, other, parseAddresses(email), { by: 'test' });
    assert.ok(invited?.error !== null, 'not invited');
    await ground.db.write((m) => deletePerson(ground, m, user));
    await refusedEverywhere();
    clock.advance((ground.config.keepDeletedDays + 1) * 86_400_000);
    await eraseWhatIsDue(ground, house.upstairs);
    assert.equal(await ground.db.read.findOneBy(UserTable, { id }), null);
    await refusedEverywhere();
    assert.equal(await isBarred(ground, ground.db.read, nobodys, 'adam@own.example'), false);
    assert.equal(await freeBarredAddress(ground, 'adam@own.example'), false);
    assert.equal(await freeBarredAddress(ground, 'Eve@own.example'), true);
    await ground.db.write((m) => registerPerson(ground, m, enterprise, { address: email }));
  });

  it('is suspended and lifted by nobody else, with a reason that only the trail and the operator have', async () => {
    const { ground } = stage.carillon.house;
    await registerAs(stage, stage.carillon.visitor(), email);
    const { id } = await personAt(stage, email);
    for (const reason of [undefined, '', ' ', 'x'.repeat(501), 'two\nlines']) {
      assert.throws(() => void suspendOnTheirOwn(ground, id, { by: 'x', reason }), { code: 'user.reasonInvalid' });
    }
    const team = await accountWith(stage, 'Team');
    for (const scope of [nobodys, team]) {
      await assert.rejects(suspendUser(ground, scope, id, 'mallory'));
      await assert.rejects(activateUser(ground, scope, id));
    }
    await suspendOnTheirOwn(ground, id, said);
    await assert.rejects(activateUser(ground, nobodys, id), { code: 'account.reserved' });
    await ground.trail.flush();
    const found = await ground.db.read.findBy(TrailRecordTable, { eventName: 'SuspendUsers' });
    assert.doesNotMatch(JSON.stringify(found), /spam/, 'sealed under the person’s key');
    const done = (await openRecords(ground.db.read, ground.seal, found)).filter(({ errorCode }) => errorCode === null);
    assert.deepEqual(
      done.map(({ organisationId, requestParameters }) => [organisationId, requestParameters]),
      [[nobodys.organisationId, { accountId: nobodys.accountId, userId: id, reason: said.reason }]],
    );
  });
});
