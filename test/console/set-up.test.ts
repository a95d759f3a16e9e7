import assert from 'node:assert/strict';
import { clock } from '../../src/platform/clock/clock.ts';
import { password, type Running, signedIn, startConsole } from './support.ts';
import { describeOnEachEngine } from '../support/engines.ts';

describeOnEachEngine('console: set-up', () => {
  let running: Running;
  beforeEach(async () => {
    running = await startConsole();
  });
  afterEach(() => running.stop());

  const good = { organisationName: 'Acme Group', userName: 'ada', password, again: password };

  it('works once, signs in, and shows the number that one signs in with', async () => {
    const browser = running.visitor();
    const page = await browser.get(running.setUpLink);
    assert.equal(page.title, 'Set up Carillon');
    const home = await page.submit('/setup', good);
    assert.equal(home.title, 'Accounts');
    assert.match(home.text, /Keep the number of your organisation/);
    assert.match(home.text, /Organisation \d{12}/);
    assert.deepEqual(
      (await running.changes()).map(({ eventName }) => eventName),
      ['CreateOrganisation', 'SetAdministratorPassword'],
    );
    const again = await browser.get(running.setUpLink);
    assert.equal(again.status, 404);
    assert.match(again.text, /used already/);
    const token = new URL(running.setUpLink).searchParams.get('token') ?? '';
    const sent = await browser.post('/setup', {
      csrf: (await running.visitor().get('/console/sign-in')).csrf,
      token,
      ...good,
    });
    assert.equal(sent.status, 403); // the token of another browser
  });

  it('shows what was wrong at its field, keeps what was typed, and never a password', async () => {
    const browser = running.visitor();
    const page = await browser.get(running.setUpLink);
    const cases: [Partial<typeof good>, string, RegExp][] = [
      [{ organisationName: ' ' }, 'organisationName', /needs a name/],
      [{ userName: 'ada lovelace' }, 'userName', /letters, digits/],
      [{ again: 'something else entirely' }, 'again', /not the same/],
      [{ password: 'short', again: 'short' }, 'password', /at least 12/],
      [{ password: 'password1234', again: 'password1234' }, 'password', /easy to guess/],
    ];
    for (const [typed, field, says] of cases) {
      const answer = await page.submit('/setup', { ...good, ...typed });
      assert.equal(answer.status, 400, field);
      assert.match(answer.text, says);
      assert.match(answer.body, new RegExp(`id="${field}-fault"`));
      assert.match(answer.body, /role="alert"/);
      const { userName, password: kept, again } = answer.fields('/setup');
      assert.deepEqual([userName, kept, again], [typed.userName ?? 'ada', '', '']);
      assert.ok(!answer.body.includes(typed.password ?? password));
    }
    assert.equal((await page.submit('/setup', good)).title, 'Accounts');
  });

  it('ends after an hour', async () => {
    const page = await running.visitor().get(running.setUpLink);
    clock.advance(3_600_001);
    assert.equal((await running.visitor().get(running.setUpLink)).status, 404);
    assert.equal((await page.submit('/setup', good)).status, 404);
    assert.deepEqual(
      (await running.changes()).map(({ eventName }) => eventName),
      ['CreateOrganisation'],
    );
    assert.equal((await running.visitor().get('/setup')).status, 404);
  });
});

describeOnEachEngine('console: sign-in', () => {
  let running: Running;
  let organisationId: string;
  beforeEach(async () => {
    running = await startConsole({ signInRate: 14 });
    const browser = await signedIn(running);
    organisationId = browser.jar().get('carillon_organisation') ?? '';
    await (await browser.get('/console')).submit('/console/sign-out');
  });
  afterEach(() => running.stop());

  const path = '/console/sign-in';

  it('lets in, leads back to the page that was asked for, and signs out', async () => {
    const browser = running.visitor();
    const page = await browser.get('/console/trail?kind=changes');
    assert.equal(page.title, 'Sign in to the console');
    const asked = await page.submit(path, { organisationId, userName: 'ADA', password });
    assert.equal(asked.path, '/console/trail?kind=changes');
    const out = await asked.submit('/console/sign-out');
    assert.match(out.text, /You are signed out/);
    assert.equal(out.fields(path)['organisationId'], organisationId);
    assert.equal((await browser.get('/console')).title, 'Sign in to the console');
  });

  it('never leads anywhere else', async () => {
    for (const target of [
      '//evil.example',
      'https://evil.example/console',
      '/console/../..//evil.example',
      '/\\evil',
      '/console/sign-out',
      '/consoles',
    ]) {
      const page = await running.visitor().get(`${path}?target=${encodeURIComponent(target)}`);
      assert.equal(page.fields(path)['target'], '/console', target);
    }
  });

  it('refuses every wrong part with the same words', async () => {
    const page = await running.visitor().get(path);
    const right = { organisationId, userName: 'ada', password };
    const answers = [];
    for (const typed of [{ password: 'wrong wrong wrong' }, { userName: 'bob' }, { organisationId: '123456789012' }]) {
      const answer = await page.submit(path, { ...right, ...typed });
      assert.equal(answer.status, 401);
      assert.equal(answer.fields(path)['password'], '');
      answers.push(/role="alert">([^<]*)</.exec(answer.body)?.[1]?.trim());
    }
    assert.equal(new Set(answers).size, 1);
    assert.match(answers[0] ?? '', /do not go together/);
  });

  it('is limited for a name, and for an address', async () => {
    const page = await running.visitor().get(path);
    const attempt = (userName: string) =>
      page.submit(path, { organisationId, userName, password: 'wrong wrong wrong' });
    for (let i = 0; i < 10; i += 1) assert.equal((await attempt('ada')).status, 401);
    const limited = await page.submit(path, { organisationId, userName: ' Ada ', password });
    assert.equal(limited.status, 429);
    assert.ok(Number(limited.headers.get('retry-after')) > 0);
    assert.match(limited.text, /Too many requests/);
    const other = await page.submit(path, { organisationId: `${organisationId}77`, userName: 'ada', password });
    assert.equal(other.status, 401, 'more digits are another number, not another count');
    for (let i = 12; i < 60; i += 1) assert.equal((await attempt(`b${i}`)).status, 401);
    assert.equal((await attempt('c')).status, 429);
  });
});
