import assert from 'node:assert/strict';
import { clock } from '../../src/platform/clock/clock.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import type { Page } from '../support/page.ts';
import type { Visitor } from '../support/visitor.ts';
import { addApp, appCode, organisationOf, password, type Running, signedIn, signIn, startConsole } from './support.ts';

const second = '/console/sign-in/second';

describeOnEachEngine('console: second factor', () => {
  let running: Running;
  let owner: Visitor;
  let organisationId: string;
  beforeEach(async () => {
    running = await startConsole();
    owner = await signedIn(running);
    organisationId = await organisationOf(running);
  });
  afterEach(() => running.stop());

  const tokens = (browser: Visitor) => ({
    session: browser.jar().get('carillon_admin'),
    pending: browser.jar().get('carillon_pending'),
  });
  const isIn = async (token: string | undefined) =>
    (await running.house.sessions.check(token ?? '', 'administrator')).in;

  it('is offered strongly, set up with an app, and asked for on its own page', async () => {
    assert.match((await owner.get('/console')).text, /Your password is all that protects your sign-in/);
    const offer = await owner.get('/console/security/totp');
    assert.match(offer.body, /<svg class="qr" role="img"/);
    const { secret, codes } = await addApp(owner);
    assert.equal(codes.length, 10);
    assert.equal(new Set(codes).size, 10);
    assert.doesNotMatch((await owner.get('/console')).text, /all that protects/);
    const kept = JSON.stringify(await running.house.ground.db.read.query('SELECT * FROM "administrator_totps"'));
    assert.ok(!kept.includes(secret), 'sealed');

    const browser = running.visitor();
    const page = await signIn(browser, organisationId);
    assert.equal(page.path, second);
    assert.equal(page.title, 'Second factor');
    assert.equal((await browser.get('/console')).title, 'Sign in to the console', 'nobody is in yet');
    const home = await page.submit(second, { code: await appCode(secret) });
    assert.equal(home.title, 'Accounts');
    const { eventName } = (await running.changes()).at(-1) ?? {};
    assert.equal(eventName, 'ConsoleLogin');
  });

  it('takes each code once, also from two browsers at the same time, and none of an earlier step', async () => {
    const { secret } = await addApp(owner);
    const code = await appCode(secret);
    const pages = await Promise.all([1, 2, 3].map(() => signIn(running.visitor(), organisationId)));
    const answers = await Promise.all(pages.map((page) => page.submit(second, { code })));
    assert.deepEqual(
      answers.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 403, 403],
    );
    const late = await signIn(running.visitor(), organisationId);
    assert.equal((await late.submit(second, { code })).status, 403, 'replayed');
    assert.equal(
      (await late.submit(second, { code: await appCode(secret, -1) })).status,
      403,
      'older than the last used',
    );
    assert.equal((await late.submit(second, { code: await appCode(secret, 3) })).status, 403, 'too early');
    clock.advance(60_000);
    assert.equal((await late.submit(second, { code: await appCode(secret) })).title, 'Accounts');
  });

  it('lets in by a recovery code, each once; new ones replace all', async () => {
    const { codes } = await addApp(owner);
    const first = codes[0] ?? '';
    const enter = async (code: string): Promise<Page> =>
      (await signIn(running.visitor(), organisationId)).submit(second, { code });
    assert.equal((await enter(` ${first.toUpperCase().replaceAll('-', ' ')}`)).title, 'Accounts');
    assert.equal((await enter(first)).status, 403);
    assert.match((await owner.get('/console/security')).text, /9 of your recovery codes are left/);
    const page = await owner.get('/console/security/recovery-codes');
    const shown = await page.submit('/console/security/recovery-codes');
    assert.equal(shown.body.match(/class="copy">[\w-]{19}</g)?.length, 10);
    assert.equal((await enter(codes[1] ?? '')).status, 403);
    const stored = JSON.stringify(await running.house.ground.db.read.query('SELECT * FROM "recovery_codes"'));
    assert.ok(!shown.body.match(/[\w-]{19}(?=<\/code>)/g)?.some((code) => stored.includes(code)));
  });

  it('bounds guesses of one sign-in, and of one administrator; a recovery code and the known browser still work', async () => {
    const { secret, codes } = await addApp(owner);
    const stranger = running.visitor();
    const page = await signIn(stranger, organisationId);
    const guesses = await Promise.all(Array.from({ length: 20 }, () => page.submit(second, { code: '000000' })));
    assert.equal(guesses.filter(({ status }) => status === 403).length, 5, 'at the same time too');
    const over = await page.submit(second, { code: await appCode(secret) });
    assert.equal(over.status, 400);
    assert.match(over.text, /Please begin again/);

    for (let sign = 0; sign < 2; sign += 1) {
      const again = await signIn(running.visitor(), organisationId);
      for (let i = 0; i < 4; i += 1) await again.submit(second, { code: '000000' });
    }
    const locked = await (
      await signIn(running.visitor(), organisationId)
    ).submit(second, { code: await appCode(secret) });
    assert.equal(locked.status, 429);
    assert.ok(Number(locked.headers.get('retry-after')) > 3600);
    assert.match((await owner.get('/console/security')).text, /10 codes were tried for you/);
    await (await owner.get('/console')).submit('/console/sign-out');
    const home = await (await signIn(owner, organisationId)).submit(second, { code: await appCode(secret) });
    assert.equal(home.title, 'Accounts', 'the browser that is known has its own guesses');
    const other = await signIn(running.visitor(), organisationId);
    assert.equal((await other.submit(second, { code: codes[3] ?? '' })).title, 'Accounts');
    clock.advance(24 * 3_600_000);
    const nextDay = await signIn(running.visitor(), organisationId);
    assert.equal((await nextDay.submit(second, { code: await appCode(secret) })).title, 'Accounts');
  });

  it('security check 9: gives a new session at each step, and a sign-in that is pending has no power', async () => {
    const { secret } = await addApp(owner);
    const browser = running.visitor();
    browser.jar().set('carillon_admin', 'planted-by-somebody-else-0123456789');
    browser.jar().set('carillon_pending', 'planted-too');
    const page = await signIn(browser, organisationId);
    const { pending } = tokens(browser);
    assert.notEqual(pending, 'planted-too');
    assert.equal(await isIn(pending), false);
    for (const path of ['/console', '/console/security', '/console/administrators', '/console/confirm']) {
      const impostor = running.visitor();
      impostor.jar().set('carillon_admin', pending ?? '');
      assert.equal((await impostor.get(path)).title, 'Sign in to the console', path);
    }
    const elsewhere = running.visitor();
    await elsewhere.get('/console/sign-in');
    elsewhere.jar().set('carillon_pending', pending ?? '');
    assert.equal((await elsewhere.get(second)).status, 400, 'bound to the browser that began it');
    await page.submit(second, { code: await appCode(secret) });
    const first = tokens(browser);
    assert.ok(await isIn(first.session));
    assert.equal(first.pending, undefined);
    browser.jar().set('carillon_pending', pending ?? '');
    assert.equal((await browser.get(second)).status, 400, 'used');

    clock.advance(11 * 60_000);
    const asked = await browser.get('/console/security/password');
    assert.equal(asked.title, 'Is it you?');
    const wrong = await asked.submit('/console/confirm', { password: 'not my password' });
    assert.equal(wrong.status, 403);
    const back = await wrong.submit('/console/confirm', { password });
    assert.equal(back.title, 'Change password');
    const steppedUp = tokens(browser).session;
    assert.notEqual(steppedUp, first.session);
    assert.equal(await isIn(first.session), false);
    const changed = await back.submit('/console/security/password', {
      password: 'eight herons wade downstream',
      again: 'eight herons wade downstream',
    });
    assert.match(changed.text, /Your password was changed/);
    assert.notEqual(tokens(browser).session, steppedUp);
    assert.equal(await isIn(steppedUp), false);
    assert.equal((await owner.get('/console')).title, 'Sign in to the console', 'other devices are out');
    assert.equal((await signIn(running.visitor(), organisationId)).status, 401);
  });

  it('needs a recent proof for what changes who can sign in', async () => {
    clock.advance(11 * 60_000);
    const { csrf } = await owner.get('/console');
    for (const path of [
      '/console/administrators/new',
      '/console/administrators/require-factor',
      '/console/security/password',
      '/console/security/totp',
      '/console/security/passkeys',
      '/console/security/recovery-codes',
      '/console/security/totp/remove',
    ]) {
      assert.equal((await owner.get(path)).title, 'Is it you?', path);
      const sent = await owner.post(path, { csrf, userName: 'grace' });
      assert.match(sent.location ?? '', /\/console\/confirm\?target=/, path);
    }
    assert.equal((await owner.get('/console/security')).title, 'Your sign-in');
  });

  it('shows where one is signed in, and ends one or all others', async () => {
    const other = running.visitor('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36');
    await signIn(other, organisationId);
    await signIn(running.visitor(), organisationId);
    let page = await owner.get('/console/security');
    assert.match(page.text, /Chrome on Windows/);
    assert.match(page.text, /Firefox on Linux This device/);
    const end = /action="([^"]*\/end)"[^]*?Chrome on Windows/.exec(page.body)?.[1] ?? '';
    page = await page.submit(end);
    assert.match(page.text, /That device is signed out/);
    page = await page.submit('/console/security/sessions/end-others');
    assert.match(page.text, /All your other devices are signed out/);
    assert.doesNotMatch(page.body, /end-others/);
    assert.equal((await other.get('/console')).title, 'Sign in to the console');
  });

  it('removes the last factor with its recovery codes, unless the organisation requires one', async () => {
    await addApp(owner);
    const policy = await owner.get('/console/administrators/require-factor');
    assert.match((await policy.submit('/console/administrators/require-factor')).text, /every administrator needs/);
    const remove = await owner.get('/console/security/totp/remove');
    assert.equal((await remove.submit('/console/security/totp/remove')).status, 409);
    const relax = await owner.get('/console/administrators/relax-factor');
    await relax.submit('/console/administrators/relax-factor');
    assert.match((await remove.submit('/console/security/totp/remove')).text, /was removed/);
    assert.equal((await signIn(running.visitor(), organisationId)).title, 'Accounts');
    const left = await running.house.ground.db.read.query<{ n: number }[]>(
      'SELECT count(*) AS "n" FROM "recovery_codes"',
    );
    assert.equal(Number(left[0]?.n), 0);
  });
});
