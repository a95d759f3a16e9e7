import assert from 'node:assert/strict';
import { describeOnEachEngine } from '../support/engines.ts';
import type { Visitor } from '../support/visitor.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { AdministratorTable } from '../../src/access/administrators/administrator.entity.ts';
import { removeAdministrator } from '../../src/access/administrators/manage.ts';
import { addApp, appCode, organisationOf, password, type Running, signedIn, signIn, startConsole } from './support.ts';

const path = '/console/administrators';
const hers = 'nine lapwings over barley';

describeOnEachEngine('console: administrators', () => {
  let running: Running;
  let ada: Visitor;
  let organisationId: string;
  beforeEach(async () => {
    running = await startConsole();
    ada = await signedIn(running);
    organisationId = await organisationOf(running);
  });
  afterEach(() => running.stop());

  const idOf = async (userName: string): Promise<string> =>
    (await running.house.ground.db.read.findOneBy(AdministratorTable, { userName }))?.id ?? '';
  const linkOn = (body: string): string => /copy">([^<]*\/setup\?token=[\w-]+)</.exec(body)?.[1] ?? '';

  async function invite(userName: string): Promise<string> {
    const answer = await (await ada.get(`${path}/new`)).submit(`${path}/new`, { userName });
    assert.match(answer.text, /shown only this once/);
    return linkOn(answer.body);
  }

  async function accept(link: string): Promise<{ browser: Visitor; title: string }> {
    const browser = running.visitor();
    const page = await browser.get(link);
    assert.doesNotMatch(page.body, /name="organisationName"/, 'only the first names the organisation');
    const home = await page.submit('/setup', {
      password: hers,
      again: hers,
      organisationName: 'Mine now',
      userName: 'root',
    });
    return { browser, title: home.title };
  }

  it('invites one by a link that is shown once, works once and for a day', async () => {
    const link = await invite('Grace');
    assert.match((await ada.get(path)).text, /Grace Invited None Never/);
    assert.equal((await signIn(running.visitor(), organisationId, 'grace', '')).status, 401);
    clock.advance(23 * 3_600_000);
    const { browser, title } = await accept(link);
    assert.equal(title, 'Accounts');
    assert.match((await browser.get(path)).text, /Grace You Active/);
    assert.match((await browser.get('/console')).text, /Acme Group/, 'and keeps its name');
    assert.equal((await running.visitor().get(link)).status, 404);
    assert.deepEqual(
      (await running.changes())
        .filter(({ errorCode }) => errorCode === null)
        .slice(-2)
        .map(({ eventName }) => eventName),
      ['CreateAdministrator', 'SetAdministratorPassword'],
    );
  });

  it('refuses a name that is taken or none, at its field', async () => {
    await invite('grace');
    const page = await ada.get(`${path}/new`);
    for (const [userName, status] of [
      ['GRACE', 409],
      ['gr ace', 400],
      ['', 400],
    ] as const) {
      const answer = await page.submit(`${path}/new`, { userName });
      assert.equal(answer.status, status);
      assert.match(answer.body, /id="userName-fault"/);
    }
  });

  it('makes a new link for who is invited, and none for who has a password', async () => {
    const old = await invite('grace');
    const id = await idOf('grace');
    const answer = await (await ada.get(`${path}/${id}/link`)).submit(`${path}/${id}/link`);
    assert.equal((await running.visitor().get(old)).status, 404);
    const { title } = await accept(linkOn(answer.body));
    assert.equal(title, 'Accounts');
    const { csrf } = await ada.get('/console');
    assert.equal((await ada.post(`${path}/${id}/link`, { csrf })).status, 404);
  });

  it('removes one, who is out at once; never the last, and oneself only by name', async () => {
    const { browser: grace } = await accept(await invite('grace'));
    const [adaId, graceId] = [await idOf('ada'), await idOf('grace')];
    const page = await ada.get(`${path}/${graceId}/remove`);
    assert.match(page.text, /signed out of 1 device at once/);
    assert.match((await page.submit(`${path}/${graceId}/remove`)).text, /out everywhere/);
    assert.equal((await grace.get('/console')).title, 'Sign in to the console');
    assert.equal((await signIn(grace, organisationId, 'grace', hers)).status, 401);

    const self = await ada.get(`${path}/${adaId}/remove`);
    assert.equal((await self.submit(`${path}/${adaId}/remove`, { typed: 'grace' })).status, 400);
    const last = await self.submit(`${path}/${adaId}/remove`, { typed: 'ada' });
    assert.equal(last.status, 409);
    assert.match(last.text, /Nobody else could sign in/);
    await invite('hedy');
    assert.equal(
      (await self.submit(`${path}/${adaId}/remove`, { typed: 'ada' })).status,
      409,
      'who is invited cannot sign in',
    );
    await accept(await invite('joan'));
    assert.equal((await self.submit(`${path}/${adaId}/remove`, { typed: 'Ada' })).title, 'Sign in to the console');
  });

  it('lets one of two survive who remove each other at the same moment', async () => {
    await accept(await invite('grace'));
    const { ground, sessions } = running.house;
    const [adaId, graceId] = [await idOf('ada'), await idOf('grace')];
    const outcomes = await Promise.allSettled([
      removeAdministrator(ground, sessions, { organisationId, actorId: adaId }, graceId),
      removeAdministrator(ground, sessions, { organisationId, actorId: graceId }, adaId),
    ]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });

  it('resets one who lost everything: nothing old works, a fresh link does', async () => {
    const { browser: grace } = await accept(await invite('grace'));
    const { secret } = await addApp(grace);
    const id = await idOf('grace');
    const answer = await (await ada.get(`${path}/${id}/reset`)).submit(`${path}/${id}/reset`);
    assert.equal((await grace.get('/console')).title, 'Sign in to the console');
    assert.equal((await signIn(running.visitor(), organisationId, 'grace', hers)).status, 401);
    const { title } = await accept(linkOn(answer.body));
    assert.equal(title, 'Accounts', 'no second factor is left');
    assert.ok(secret);
    const self = await ada.post(`${path}/${await idOf('ada')}/reset`, { csrf: (await ada.get('/console')).csrf });
    assert.equal(self.status, 409);
  });

  it('requires a second factor of everybody: who has none is out, and sets one up before anything else', async () => {
    const { browser: grace } = await accept(await invite('grace'));
    const page = await ada.get(`${path}/require-factor`);
    assert.match(page.text, /2 administrators have none/);
    assert.equal((await page.submit(`${path}/require-factor`)).status, 409, 'who asks for it must have one');
    await addApp(ada);
    assert.match((await page.submit(`${path}/require-factor`)).text, /every administrator needs a second factor/);
    assert.equal((await grace.get('/console')).title, 'Sign in to the console');
    const enrol = await signIn(grace, organisationId, 'grace', hers);
    assert.equal(enrol.title, 'Set up a second factor');
    assert.equal((await grace.get('/console')).title, 'Sign in to the console', 'not in yet');
    const secret = (/copy">([A-Z2-7 ]+)</.exec(enrol.body)?.[1] ?? '').replaceAll(' ', '');
    const wrong = await enrol.submit('/console/sign-in/enrol/totp', { code: '000000' });
    assert.equal(wrong.status, 403);
    assert.ok(wrong.body.includes(secret.slice(0, 4)), 'the same secret once more');
    const codes = await wrong.submit('/console/sign-in/enrol/totp', { code: await appCode(secret, -1) });
    assert.equal(codes.title, 'Your recovery codes');
    assert.equal((await grace.get('/console')).title, 'Accounts');
    const again = await signIn(running.visitor(), organisationId, 'grace', hers);
    assert.equal(again.title, 'Second factor');
  });

  it('asks for a second factor after a set-up link too', async () => {
    const { secret } = await addApp(ada);
    const { runCommand } = await import('../support/command.ts');
    const { stdout } = await runCommand(running.house.ground.config, ['admin', 'link', '--user', 'ada']);
    const browser = running.visitor();
    const page = await (await browser.get(stdout.trim())).submit('/setup', { password: hers, again: hers });
    assert.equal(page.title, 'Second factor');
    assert.equal((await page.submit('/console/sign-in/second', { code: await appCode(secret) })).title, 'Accounts');
    assert.equal((await signIn(running.visitor(), organisationId, 'ada', password)).status, 401);
  });
});
