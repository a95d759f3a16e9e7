import assert from 'node:assert/strict';
import { newPasswordNote } from '../../../../src/auth/pages/new-password-note.ts';
import { requireFactorAtDirectory } from '../../../../src/auth/people/require-factor.ts';
import { DirectoryGuessesTable } from '../../../../src/directory/ldap/sign-in/guess.entity.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { type TrailRecord, TrailRecordTable } from '../../../../src/trail/record.entity.ts';
import { sayNo } from '../../../../src/users/lifecycle/causes.ts';
import { findUsers } from '../../../../src/users/find.ts';
import { appCode } from '../../../console/support.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import type { KeptServer } from '../../../support/kept-server.ts';
import type { Page } from '../../../support/page.ts';
import { isSlapdHere, needSlapd, type Slapd, startSlapd } from '../../../support/slapd.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { ldapStage, type LdapStage } from './stage.ts';

const address = 'shirley.rodriguez@example.com';
const second = '/signin/second';
const security = '/me/security';

describeOnEachEngine('a directory whose sign-ins need a second factor', function () {
  this.timeout(60_000);
  let slapd: Slapd;
  let stage: LdapStage;
  before(async function () {
    slapd = await needSlapd(this);
  });
  beforeEach(async () => {
    stage = await ldapStage('openldap', slapd, ['example.com'], { basic: 'Basic' });
    await stage.poll();
    await require(true);
  });
  afterEach(async () => {
    await stage.stop();
    clock.reset();
  });

  const require = (required: boolean): Promise<void> =>
    requireFactorAtDirectory(stage.carillon.house.ground, stage.scope, stage.directory.id, required);

  /** Address, name and password; goes where that leads. */
  const type = async (visitor: Visitor, password = slapd.password): Promise<Page> =>
    visitor.followHere(await stage.signIn(visitor, address, address, password));

  const secretOn = (page: Page): string => (/copy">([A-Z2-7 ]+)</.exec(page.body)?.[1] ?? '').replaceAll(' ', '');
  const codesOn = (page: Page): string[] =>
    [...page.body.matchAll(/class="copy">([\w-]{19})</g)].map(([, code = '']) => code);

  /** Signs in for the first time, and sets an app up on the way. */
  async function enrolled(visitor = stage.carillon.visitor()): Promise<{ secret: string; codes: string[] }> {
    const page = await type(visitor);
    assert.equal(page.title, 'Set up a second factor');
    const secret = secretOn(page);
    const done = await page.submit('/signin/enrol/totp', { code: await appCode(secret, -1) });
    return { secret, codes: codesOn(done) };
  }

  const tokens = (visitor: Visitor) => ({
    session: visitor.jar().get('carillon_session') ?? '',
    pending: visitor.jar().get('carillon_second') ?? '',
  });
  const check = (token: string) => stage.carillon.house.sessions.check(token, 'user');
  const isIn = async (token: string): Promise<boolean> => (await check(token)).in;

  const records = async (): Promise<TrailRecord[]> => {
    const { ground } = stage.carillon.house;
    await ground.trail.flush();
    return ground.db.read.find(TrailRecordTable, { order: { id: 'ASC' } });
  };

  it('asks for nothing else while it is not required, and shows no page for it', async () => {
    await require(false);
    const visitor = stage.carillon.visitor();
    assert.equal((await type(visitor)).title, 'You are signed in');
    assert.doesNotMatch((await visitor.get('/me')).body, /\/me\/security/);
    assert.equal((await visitor.get(security)).path, '/me');
    const { in: isThere, session } = await check(tokens(visitor).session);
    assert.ok(isThere);
    assert.equal(session?.amr, 'pwd');
  });

  it('has who has none set one up after the password, before anything else, and lets them in by that', async () => {
    const visitor = stage.carillon.visitor();
    const page = await type(visitor);
    assert.equal(page.title, 'Set up a second factor');
    assert.match(page.text, /Your company requires a second factor/);
    assert.match(page.body, /<svg class="qr"/);
    for (const path of ['/me', security, '/me/security/totp']) assert.equal((await visitor.get(path)).title, 'Sign in');
    assert.equal((await visitor.get(second)).title, 'Set up a second factor');
    const secret = secretOn(page);
    const wrong = await page.submit('/signin/enrol/totp', { code: '000000' });
    assert.equal(wrong.status, 403);
    assert.equal(secretOn(wrong), secret, 'what was scanned stays good');
    const done = await wrong.submit('/signin/enrol/totp', { code: await appCode(secret) });
    assert.equal(done.title, 'Your recovery codes');
    assert.equal(codesOn(done).length, 10);
    assert.equal((await visitor.get('/me')).title, 'You are signed in');
    const kept = JSON.stringify(await stage.carillon.house.ground.db.read.query('SELECT * FROM "person_totps"'));
    assert.ok(!kept.includes(secret), 'sealed');
    const { session } = await check(tokens(visitor).session);
    assert.equal(session?.amr, 'pwd otp mfa');
  });

  it('security check 9: a person’s session differs before and after the second factor, and what is pending has no power', async () => {
    const { secret, codes } = await enrolled();
    const visitor = stage.carillon.visitor();
    visitor.jar().set('carillon_session', 'planted-by-somebody-else-0123456789');
    visitor.jar().set('carillon_second', 'planted-too');
    const page = await type(visitor);
    assert.equal(page.title, 'Second factor');
    const { pending } = tokens(visitor);
    assert.notEqual(pending, 'planted-too');
    assert.equal(await isIn(pending), false);
    const impostor = stage.carillon.visitor();
    impostor.jar().set('carillon_session', pending);
    assert.equal((await impostor.send('/session')).status, 401);
    const elsewhere = stage.carillon.visitor();
    await elsewhere.get('/signin');
    elsewhere.jar().set('carillon_second', pending);
    assert.equal((await elsewhere.get(second)).status, 400, 'bound to the browser that began it');
    clock.advance(30_000);
    await page.submit(second, { code: await appCode(secret) });
    const first = tokens(visitor);
    assert.ok(await isIn(first.session));
    assert.equal(first.pending, '');
    visitor.jar().set('carillon_second', pending);
    assert.equal((await visitor.get(second)).status, 400, 'used');

    const again = await type(visitor);
    assert.ok(await isIn(first.session), 'still who they were, until it is proved');
    await again.submit(second, { code: codes[0]! });
    assert.notEqual(tokens(visitor).session, first.session);
    assert.equal(await isIn(first.session), false, 'the old one is dead');
  });

  it('security check 9: a further proof gives a new token, the old one is dead, and the device stays one', async () => {
    const visitor = stage.carillon.visitor();
    const { secret } = await enrolled(visitor);
    const before = await check(tokens(visitor).session);
    clock.advance(11 * 60_000);
    const asked = await visitor.get(`${security}/totp`);
    assert.equal(asked.title, 'Is it you?');
    assert.doesNotMatch(asked.body, /type="password"/, 'the password is the directory’s');
    assert.equal((await asked.submit('/me/security/confirm', { code: '000000' })).status, 403);
    const old = tokens(visitor).session;
    const back = await asked.submit('/me/security/confirm', { code: await appCode(secret) });
    assert.equal(back.title, 'Authenticator app');
    assert.notEqual(tokens(visitor).session, old);
    assert.equal(await isIn(old), false);
    const after = await check(tokens(visitor).session);
    assert.equal(after.session?.id, before.session?.id, 'what hangs on the session stays');
    const { csrf } = await visitor.get(security);
    clock.advance(11 * 60_000);
    for (const path of ['totp', 'totp/remove', 'passkeys', 'recovery-codes']) {
      assert.equal((await visitor.get(`${security}/${path}`)).title, 'Is it you?', path);
      const sent = await visitor.post(`${security}/${path}`, { csrf });
      assert.match(sent.location ?? '', /\/me\/security\/confirm\?target=/, path);
    }
  });

  it('a no that comes between password and code holds', async () => {
    const { secret, codes } = await enrolled();
    const { ground } = stage.carillon.house;
    const visitor = stage.carillon.visitor();
    const page = await type(visitor);
    const [user] = await findUsers(ground.db.read, stage.scope, address);
    await ground.db.write((m) => sayNo(ground, m, { ...stage.scope, id: user!.id }, 'administrator', 'ada'));
    clock.advance(30_000);
    assert.equal((await page.submit(second, { code: await appCode(secret) })).status, 400);
    assert.equal((await page.submit(second, { code: codes[0]! })).status, 400);
    assert.equal((await visitor.get('/me')).title, 'Sign in');
    assert.match((await type(stage.carillon.visitor())).text, /administrator has suspended/);
  });

  it('a right password ends the count of wrong ones, also for who is let in no further or not at all', async () => {
    const { ground } = stage.carillon.house;
    const counted = (): Promise<number> => ground.db.read.count(DirectoryGuessesTable);
    const visitor = stage.carillon.visitor();
    await enrolled(visitor); // the directory locks so soon that strangers have one guess
    for (const expected of [/code/i, /administrator has suspended/]) {
      await type(visitor, 'not the password');
      assert.equal(await counted(), 1);
      assert.match((await type(visitor)).text, expected);
      assert.equal(await counted(), 0);
      const [user] = await findUsers(ground.db.read, stage.scope, address);
      await ground.db.write((m) => sayNo(ground, m, { ...stage.scope, id: user!.id }, 'administrator', 'ada'));
    }
  });

  it('a wrong password gets no further, and says nothing of a second factor', async () => {
    await enrolled();
    const page = await type(stage.carillon.visitor(), 'not the password');
    assert.equal(page.title, 'Sign in');
    assert.doesNotMatch(page.body, /second|Code/);
  });

  it('keeps what people have set up while it is not required, and asks again when it is', async () => {
    const { secret } = await enrolled();
    await require(false);
    assert.equal((await type(stage.carillon.visitor())).title, 'You are signed in');
    await require(true);
    const page = await type(stage.carillon.visitor());
    assert.equal(page.title, 'Second factor');
    clock.advance(30_000);
    assert.equal((await page.submit(second, { code: await appCode(secret) })).title, 'You are signed in');
  });

  it('people see their factors and devices, sign one or all others out, and keep the last factor', async () => {
    const visitor = stage.carillon.visitor();
    const { codes } = await enrolled(visitor);
    assert.match((await visitor.get('/me')).body, /href="\/me\/security"/);
    const other = stage.carillon.visitor('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36');
    await (await type(other)).submit(second, { code: codes[0]! });
    const third = stage.carillon.visitor();
    await (await type(third)).submit(second, { code: codes[1]! });
    let page = await visitor.get(security);
    assert.match(page.text, /8 of your recovery codes are left/);
    assert.match(page.text, /Chrome on Windows/);
    assert.match(page.text, /Firefox on Linux This device/);
    const row = page.body.split('<tr>').find((each) => each.includes('Chrome on Windows')) ?? '';
    const end = /action="([^"]*\/end)"/.exec(row)?.[1] ?? '';
    page = await page.submit(end);
    assert.match(page.text, /That device is signed out/);
    assert.equal(await isIn(tokens(other).session), false);
    page = await page.submit(`${security}/sessions/end-others`);
    assert.match(page.text, /All your other devices are signed out/);
    assert.equal(await isIn(tokens(third).session), false);
    const kept = await (await visitor.get(`${security}/totp/remove`)).submit(`${security}/totp/remove`);
    assert.equal(kept.status, 409);
    const fresh = await (await visitor.get(`${security}/recovery-codes`)).submit(`${security}/recovery-codes`);
    assert.equal(codesOn(fresh).length, 10);
    const again = await type(stage.carillon.visitor());
    assert.equal((await again.submit(second, { code: codes[2]! })).status, 403, 'the old ones are void');
    const strange = await visitor.postFrom(security, `${security}/sessions/nobodys/end`);
    assert.equal(strange.status, 404);
  });

  it('security check 36: leaves one record of each step, about whom it was, and no secret in any', async () => {
    const visitor = stage.carillon.visitor();
    const { ground } = stage.carillon.house;
    const secrets: string[] = [slapd.password];
    const leaves = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
      const before = new Set((await records()).map(({ id }) => id));
      const done = await act();
      const fresh = (await records()).filter(({ id, readOnly }) => !before.has(id) && !readOnly);
      const ours = fresh.filter(({ identity }) => identity.type === 'User');
      const names = ours.map(({ eventName, errorMessage }) =>
        errorMessage ? `${eventName}: ${errorMessage.split(':')[0]}` : eventName,
      );
      assert.deepEqual(names, [name]);
      assert.equal(ours[0]!.accountId, stage.scope.accountId);
      return done;
    };
    const page = await leaves('BeginSignIn', () => type(visitor));
    const secret = secretOn(page);
    const wrong = await leaves('SignIn: factor.codeWrong', () => page.submit('/signin/enrol/totp', { code: '000000' }));
    await leaves('SignIn: passkey.impossible', () =>
      visitor.post('/signin/enrol/passkey', { csrf: page.csrf, passkey: '{}', passkeyName: 'Key' }),
    );
    const done = await leaves('SignIn', async () =>
      wrong.submit('/signin/enrol/totp', { code: await appCode(secret, -1) }),
    );
    secrets.push(secret, ...codesOn(done));
    const codes = codesOn(done);
    const other = stage.carillon.visitor();
    const asked = await leaves('BeginSignIn', () => type(other));
    await leaves('SignIn: factor.codeWrong', () => asked.submit(second, { code: '111111' }));
    await leaves('SignIn', () => asked.submit(second, { code: codes[0]! }));
    const me = (path: string, fields = {}) => visitor.postFrom(security, `${security}/${path}`, fields);
    await leaves('ConfirmIdentity: factor.codeWrong', () => me('confirm', { code: '000000' }));
    await leaves('ConfirmIdentity: proof.passwordWrong', () => me('confirm', { password: slapd.password }));
    await leaves('ConfirmIdentity', async () => me('confirm', { code: await appCode(secret) }));
    await leaves('CreateRecoveryCodes', () => me('recovery-codes'));
    await leaves('CreatePasskey: passkey.impossible', () => me('passkeys', { passkey: '{}', passkeyName: 'Key' }));
    await leaves('DeletePasskey: factor.notFound', () => me('passkeys/nobodys/remove'));
    await leaves('DisableTotp: factor.required', () => me('totp/remove'));
    const offered = await visitor.get(`${security}/totp`);
    const next = secretOn(offered);
    await leaves('EnableTotp', async () => offered.submit(`${security}/totp`, { code: await appCode(next) }));
    await leaves('EndOtherSessions', () => me('sessions/end-others'));
    await leaves('EndSession: session.notFound', () => me('sessions/nobodys/end'));
    secrets.push(next, tokens(visitor).session);
    const all = JSON.stringify([
      await records(),
      await ground.db.read.query('SELECT * FROM "person_pending_sign_ins"'),
    ]);
    for (const each of secrets) assert.ok(each.length > 5 && !all.includes(each));
  });
});

describeOnEachEngine('another password at a directory whose sign-ins need a second factor', function () {
  this.timeout(60_000);
  const reset = 'mustchange@ldap.example.test';
  const path = '/signin/new-password';
  let slapd: Slapd & KeptServer;
  let stage: LdapStage;
  before(async function () {
    if (!isSlapdHere()) this.skip();
    slapd = await startSlapd();
    stage = await ldapStage('openldap', slapd, ['ldap.example.test'], { basic: 'Basic' });
    await stage.poll();
    await requireFactorAtDirectory(stage.carillon.house.ground, stage.scope, stage.directory.id, true);
  });
  after(async () => {
    await stage?.stop();
    await slapd?.stop();
    clock.reset();
  });

  const begin = async (visitor: Visitor, password = slapd.password): Promise<Page> =>
    visitor.followHere(await stage.signIn(visitor, reset, 'mustchange', password));
  const secretOn = (page: Page): string => (/copy">([A-Z2-7 ]+)</.exec(page.body)?.[1] ?? '').replaceAll(' ', '');
  const chosen = (newPassword: string, password = slapd.password) => ({ password, newPassword, again: newPassword });

  it('security check 9: is chosen only after the factor was shown, and not by who knows no more than the present password', async () => {
    const owner = stage.carillon.visitor();
    const asked = await begin(owner);
    assert.equal(asked.title, 'Set up a second factor');
    assert.equal((await owner.get(path)).title, 'Sign in', 'nothing to choose before that');
    const secret = secretOn(asked);
    const enrolled = await asked.submit('/signin/enrol/totp', { code: await appCode(secret, -1) });
    assert.equal(enrolled.title, 'Your recovery codes');
    assert.equal((await owner.get('/me')).title, 'Sign in', 'nobody is in before the password is changed');
    assert.equal((await owner.get(path)).title, 'Choose another password');

    // Somebody else who knows the password has a form of their own, and no factor.
    const thief = stage.carillon.visitor();
    const stolen = await begin(thief);
    assert.equal(stolen.title, 'Second factor');
    const { ground } = stage.carillon.house;
    const name = 'mustchange';
    const browser = thief.jar().get('carillon_browser') ?? '';
    const note = newPasswordNote(ground, { directoryId: stage.directory.id, name, browser });
    const form = { csrf: stolen.csrf, email: reset, name, target: '', note };
    const refused = await thief.post(path, { ...form, ...chosen('St0len-Passw0rd') });
    assert.equal(refused.status, 400);
    assert.match(refused.body, /Type your present password again/);

    clock.advance(30_000);
    const again = await begin(owner);
    assert.equal(again.title, 'Second factor', 'the password is as it was');
    const shown = await again.submit('/signin/second', { code: await appCode(secret) });
    assert.equal(shown.title, 'Choose another password');
    const differs = await shown.submit(path, { ...chosen('N3w-Passw0rd'), again: 'another' });
    assert.equal(differs.status, 400);
    const fields = differs.fields(path);
    const done = await owner.followHere(await owner.post(path, { ...fields, ...chosen('N3w-Passw0rd') }));
    assert.equal(done.title, 'You are signed in');
    const { session } = await stage.carillon.house.sessions.check(owner.jar().get('carillon_session') ?? '', 'user');
    assert.equal(session?.amr, 'pwd otp mfa');

    // What was shown counts once.
    const late = await owner.post(path, { ...fields, ...chosen('N3xt-Passw0rd', 'N3w-Passw0rd') });
    assert.equal(late.status, 400);
    const next = stage.carillon.visitor();
    assert.equal((await begin(next, 'N3w-Passw0rd')).title, 'Second factor');
  });
});
