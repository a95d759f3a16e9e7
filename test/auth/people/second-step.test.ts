import assert from 'node:assert/strict';
import { AccountTable } from '../../../src/accounts/accounts/account.entity.ts';
import { createAccount } from '../../../src/accounts/accounts/accounts.ts';
import { createOrganisation } from '../../../src/accounts/organisations/organisations.ts';
import { addFactor, factorsOf, removeTotp } from '../../../src/auth/credentials/factors/factors.ts';
import { passkeyTables } from '../../../src/auth/credentials/factors/factors.entity.ts';
import { Passkeys } from '../../../src/auth/credentials/factors/passkeys.ts';
import type { Enrolment } from '../../../src/auth/credentials/factors/proof.ts';
import { recoveryCodesLeft } from '../../../src/auth/credentials/factors/recovery-codes.ts';
import { enrolTotp, offerTotp } from '../../../src/auth/credentials/factors/totp.ts';
import type { Browser } from '../../../src/auth/credentials/signing-in/browser.ts';
import { pendingTables } from '../../../src/auth/credentials/signing-in/pending.entity.ts';
import { personHolder, whosePerson } from '../../../src/auth/people/holder.ts';
import { letIn } from '../../../src/auth/people/let-in.ts';
import type { OwnProof } from '../../../src/auth/people/proof.ts';
import { requireFactorInAccount } from '../../../src/auth/people/require-factor.ts';
import { resetFactors } from '../../../src/auth/people/reset-factors.ts';
import { personSecondStep } from '../../../src/auth/people/second-step.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { newId } from '../../../src/platform/ids/ids.ts';
import { TrailRecordTable } from '../../../src/trail/record.entity.ts';
import { signOutUser } from '../../../src/users/lifecycle/administer.ts';
import { eraseWhatIsDue } from '../../../src/users/lifecycle/erase.ts';
import { putOut } from '../../../src/users/lifecycle/out.ts';
import { deletePerson } from '../../../src/users/lifecycle/people.ts';
import { registerPerson } from '../../../src/users/lifecycle/register.ts';
import { type User, UserTable } from '../../../src/users/user.entity.ts';
import { appCode } from '../../console/support.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { testHouse } from '../../support/house.ts';

describeOnEachEngine('the second step of a person’s sign-in', function () {
  this.timeout(60_000);
  let house: Awaited<ReturnType<typeof testHouse>>;
  let user: User;
  let scope: { organisationId: string; accountId: string };
  beforeEach(async () => {
    house = await testHouse();
    const { ground } = house;
    const { id: organisationId } = await ground.db.write((m) => createOrganisation(m, 'Acme'));
    scope = { organisationId, accountId: (await createAccount(ground, organisationId, { name: 'Team' })).id };
    user = await ground.db.write((m) => registerPerson(ground, m, scope, { address: 'ada@example.com' }));
  });
  afterEach(async () => {
    await house.stop();
    clock.reset();
  });

  const from = (browser: string, device?: string): Browser => ({ browser, device, previous: null });
  const proof = (): OwnProof => ({
    userId: user.id,
    by: 'password',
    target: '/me',
    authTime: clock.now(),
    amr: 'pwd',
  });
  const enter = (browser: string) => letIn(house.ground, house.sessions, proof(), from(browser));
  const step = () => personSecondStep(house.ground, house.sessions);
  const passkeys = () => new Passkeys(house.ground, house.keyring, 'user');
  const finish = (token: string, code: string, browser = from('a')) =>
    step().finish(passkeys(), token, { code }, browser);

  /** The password was right, and a second factor is awaited. */
  async function begun(browser = 'a'): Promise<string> {
    const entered = await enter(browser);
    assert.equal(entered.step, 'second');
    return entered.token;
  }

  async function withApp(): Promise<{ secret: string; codes: string[] }> {
    const { ground } = house;
    const holder = personHolder(user);
    const { secret, offered } = await offerTotp(ground, holder);
    const first = await appCode(secret, -1);
    const codes = await addFactor(ground, holder, 'EnableTotp', () => enrolTotp(ground, holder, offered, first));
    return { secret, codes };
  }

  const events = async (): Promise<string[]> => {
    await house.ground.trail.flush();
    const all = await house.ground.db.read.find(TrailRecordTable, { order: { id: 'ASC' } });
    return all
      .filter(({ readOnly, eventName }) => !readOnly && /SignIn|Factor|Totp/.test(eventName))
      .map(({ eventName, errorMessage }) => eventName + (errorMessage ? `: ${errorMessage.split(':')[0]}` : ''));
  };

  /** A step that ended with a session. */
  const inside = async <Let extends { step: string }>(taken: Promise<Let>) => {
    const done = await taken;
    assert.ok(done.step === 'in');
    return done as Extract<Let, { step: 'in' }>;
  };

  it('is none for who has no second factor and needs none', async () => {
    const entered = await enter('a');
    assert.ok(entered.step === 'in' && entered.session.amr === 'pwd');
  });

  it('is asked after a password, and lets in by a code with all that proved it', async () => {
    const { secret } = await withApp();
    const token = await begun();
    assert.equal((await house.sessions.check(token, 'user')).in, false);
    const done = await inside(finish(token, await appCode(secret)));
    assert.equal(done.session.amr, 'pwd otp mfa');
    assert.equal(done.target, '/me');
    assert.equal((await house.sessions.check(done.token, 'user')).in, true);
    assert.deepEqual(await events(), ['EnableTotp', 'BeginSignIn', 'SignIn']);
  });

  it('takes a code once, of two sign-ins that send it at the same moment, and no pending sign-in twice', async () => {
    const { secret } = await withApp();
    const code = await appCode(secret);
    const tokens = await Promise.all(['a', 'b', 'c'].map((browser) => begun(browser)));
    const all = await Promise.allSettled(tokens.map((token, i) => finish(token, code, from('abc'[i]!))));
    const won = all.findIndex(({ status }) => status === 'fulfilled');
    const refused = all.filter((each) => each.status === 'rejected').map(({ reason }) => String(reason.code));
    assert.deepEqual(refused, ['factor.codeWrong', 'factor.codeWrong']);
    clock.advance(60_000);
    const again = finish(tokens[won]!, await appCode(secret), from('abc'[won]!));
    await assert.rejects(again, { code: 'signIn.begunElsewhere' });
  });

  it('takes a recovery code once, also from two sign-ins at once', async () => {
    const { codes } = await withApp();
    const tokens = [await begun('a'), await begun('b')];
    const all = await Promise.allSettled(tokens.map((token, i) => finish(token, codes[0]!, from('ab'[i]!))));
    assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal(await recoveryCodesLeft(house.ground.db.read, whosePerson(user.id)), 9);
    const late = await begun();
    await assert.rejects(finish(late, codes[0]!), { code: 'factor.codeWrong' });
    assert.equal((await inside(finish(late, ` ${codes[1]!.toUpperCase()}`))).session.amr, 'pwd otp mfa');
  });

  it('is of the browser that began it, and for ten minutes', async () => {
    const { secret } = await withApp();
    const token = await begun('a');
    await assert.rejects(finish(token, await appCode(secret), from('b')), { code: 'signIn.begunElsewhere' });
    clock.advance(601_000);
    await assert.rejects(finish(token, await appCode(secret)), { code: 'signIn.begunElsewhere' });
  });

  it('ends with a no to the person, and with one to the account', async () => {
    const { secret } = await withApp();
    const { ground } = house;
    const first = await begun();
    await signOutUser(ground, scope, user.id);
    await assert.rejects(finish(first, await appCode(secret)), { code: 'signIn.begunElsewhere' });
    const second = await begun();
    await ground.db.write((m) => m.increment(AccountTable, { id: scope.accountId }, 'epoch', 1));
    await assert.rejects(finish(second, await appCode(secret)), { code: 'signIn.begunElsewhere' });
  });

  it('asks once more whether they may be in, in the unit that lets them in', async () => {
    const { secret } = await withApp();
    const token = await begun();
    const { ground } = house;
    await ground.db.write((m) => m.update(UserTable, { id: user.id }, { releasedAt: clock.now() }));
    await assert.rejects(finish(token, await appCode(secret)), { code: 'signIn.notEntitled' });
    assert.equal((await house.sessions.list({ id: user.id, epoch: 1, accountEpoch: 1 })).length, 0);
  });

  it('bounds guesses of one sign-in and of one person; a known browser and recovery codes still let in', async () => {
    const { secret, codes } = await withApp();
    const known = await inside(finish(await begun(), codes[0]!));
    const token = await begun();
    const wrong = await Promise.allSettled(Array.from({ length: 8 }, () => finish(token, '000000')));
    const counted = wrong.filter((each) => each.status === 'rejected' && each.reason.code === 'factor.codeWrong');
    assert.equal(counted.length, 5);
    await assert.rejects(finish(token, await appCode(secret)), { code: 'signIn.begunElsewhere' });
    const other = await begun();
    for (let i = 0; i < 5; i++) await assert.rejects(finish(other, '000000'));
    await assert.rejects(finish(await begun(), await appCode(secret)), { code: 'factor.tooManyCodes' });
    assert.equal((await finish(await begun(), codes[1]!)).step, 'in');
    const owner = await finish(await begun(), await appCode(secret), from('a', known.device));
    assert.equal(owner.step, 'in');
  });

  it('is asked of everybody of an account that requires one: who has none sets it up and is in', async () => {
    const { ground } = house;
    await requireFactorInAccount(ground, scope, true);
    const token = await begun();
    const found = await step().read(ground.db.read, token, 'a');
    const { secret, offered } = await offerTotp(ground, found.holder);
    const code = await appCode(secret);
    const done = await inside(
      step().finishByEnrolling(token, ({ holder }) => enrolTotp(ground, holder, offered, code), from('a')),
    );
    assert.equal(done.codes.length, 10);
    assert.equal(done.session.amr, 'pwd otp mfa');
    await assert.rejects(removeTotp(ground, personHolder(user)), { code: 'factor.required' });
    await requireFactorInAccount(ground, scope, false);
    await removeTotp(ground, personHolder(user));
    assert.equal((await enter('a')).step, 'in');
  });

  it('enrols one factor between several sign-ins that send theirs at the same moment', async () => {
    const { ground } = house;
    await requireFactorInAccount(ground, scope, true);
    const browsers = ['a', 'b', 'c'];
    const tokens: string[] = [];
    for (const browser of browsers) tokens.push(await begun(browser));
    let looked = 0;
    const { promise: allLooked, resolve } = Promise.withResolvers<void>();
    const enrol = async (): Promise<Enrolment> => {
      if (++looked === browsers.length) resolve();
      await allLooked;
      return {
        eventName: 'CreatePasskey',
        amr: 'hwk',
        store: async (m) => {
          await m.insert(passkeyTables.user, {
            id: newId(),
            organisationId: scope.organisationId,
            holderId: user.id,
            credentialId: newId(),
            publicKey: 'x',
            counter: 0,
            transports: [],
            name: 'laptop',
            backedUp: false,
            createdAt: clock.now(),
            lastUsedAt: null,
          });
        },
      };
    };
    const all = await Promise.allSettled(
      tokens.map((token, i) => step().finishByEnrolling(token, enrol, from(browsers[i]!))),
    );
    const refused = all.filter((each) => each.status === 'rejected').map(({ reason }) => String(reason.code));
    assert.deepEqual(refused, ['signIn.begunElsewhere', 'signIn.begunElsewhere']);
    assert.equal((await factorsOf(ground.db.read, whosePerson(user.id))).passkeys.length, 1);
  });

  it('is over for good when an administrator resets a person’s factors, which signs them out and is recorded', async () => {
    const { secret } = await withApp();
    const { ground, sessions } = house;
    const done = await finish(await begun(), await appCode(secret));
    const pending = await begun();
    assert.equal(await resetFactors(ground, scope, user.id), true);
    assert.equal((await sessions.check(done.token, 'user')).in, false);
    assert.equal(await ground.db.read.countBy(pendingTables.user, { holderId: user.id }), 0);
    await assert.rejects(finish(pending, await appCode(secret)), { code: 'signIn.begunElsewhere' });
    assert.equal(await recoveryCodesLeft(ground.db.read, whosePerson(user.id)), 0);
    assert.equal((await enter('a')).step, 'in');
    assert.ok((await events()).includes('ResetUserFactors'));
    await assert.rejects(resetFactors(ground, { ...scope, organisationId: '210987654321' }, user.id), {
      code: 'user.notFound',
    });
  });

  it('leaves nothing of somebody who is deleted: of no use at once, and erased with them', async () => {
    const { secret } = await withApp();
    const { ground, upstairs } = house;
    const token = await begun();
    await ground.db.write((m) => deletePerson(ground, m, user));
    await assert.rejects(finish(token, await appCode(secret)), { code: 'signIn.begunElsewhere' });
    await assert.rejects(enter('a'), { code: 'signIn.stale' });
    clock.advance((ground.config.keepDeletedDays + 1) * 86_400_000);
    await eraseWhatIsDue(ground, upstairs);
    for (const table of ['person_totps', 'person_recovery_codes', 'person_pending_sign_ins', 'person_devices']) {
      assert.deepEqual(await ground.db.read.query(`SELECT * FROM "${table}"`), [], table);
    }
  });

  it('a suspension that comes between code and session holds', async () => {
    const { secret } = await withApp();
    const { ground } = house;
    const code = await appCode(secret);
    for (let round = 0; round < 4; round++) {
      clock.advance(30_000 * 3);
      const token = await begun();
      const fresh = await appCode(secret);
      const [, out] = await Promise.allSettled([
        finish(token, fresh),
        ground.db.write((m) => putOut(ground, m, scope, [user.id], 'administrator')),
      ]);
      assert.equal(out.status, 'fulfilled');
      const { epoch } = (await ground.db.read.findOneBy(UserTable, { id: user.id }))!;
      const live = await house.sessions.list({ id: user.id, epoch, accountEpoch: 1 });
      // Whoever was let in first was put out; whoever came after was refused.
      assert.equal(live.length, 0, `round ${round} ${code}`);
    }
  });
});
