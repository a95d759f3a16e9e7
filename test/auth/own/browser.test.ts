import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { clock } from '../../../src/platform/clock/clock.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { parseAddresses } from '../../../src/users/invitations/addresses.ts';
import { invitePeople } from '../../../src/users/invitations/invite.ts';
import { suspendUser } from '../../../src/users/lifecycle/administer.ts';
import { removeDomain } from '../../../src/users/lifecycle/domains.ts';
import { tellOfEndedTrials } from '../../../src/users/trial/tell.ts';
import { skipWithoutBrowser, startBrowser } from '../../support/browser.ts';
import { linkIn } from '../../support/smtp.ts';
import { until } from '../../support/until.ts';
import { accountWith, another, askFor, type OwnStage, password, personAt, registerAs, setOwnStage } from './support.ts';

describe('own accounts: in Chromium', function () {
  this.timeout(120_000);
  let stage: OwnStage;
  let browser: Browser;
  let url: string;
  before(async function () {
    skipWithoutBrowser(this);
    browser = await startBrowser();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    stage = await setOwnStage();
    ({ url } = stage.carillon);
  });
  afterEach(async () => {
    clock.reset();
    await stage.stop();
  });

  const type = async (page: Page, label: string, text: string): Promise<void> =>
    page.getByLabel(label, { exact: true }).fill(text);
  const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with' : 'without';

    it(`invitation, mail, registration, and in as Pro, ${how} scripts`, async () => {
      const context = await browser.newContext({ javaScriptEnabled });
      const page = await context.newPage();
      const scope = await accountWith(stage, 'The Team');
      await invitePeople(stage.carillon.house.ground, scope, parseAddresses('ann@own.example'), { by: 'test' });
      await page.goto(url + linkIn(await stage.smtp.next('ann@own.example'), '/invitation'));
      await page.getByText('The Team invites you').waitFor();
      await type(page, 'Your name (optional)', 'Ann Own');
      await type(page, 'Password', password);
      await type(page, 'Password, again', password);
      await press(page, 'Register and join');
      await page.waitForURL('**/me');
      const text = await page.textContent('main');
      assert.match(text ?? '', /Ann Own[\s\S]*The Team[\s\S]*Pro/);
      await context.close();
    });

    it(`registering, signing out, a lost password, and in again, ${how} scripts`, async () => {
      const context = await browser.newContext({ javaScriptEnabled });
      const page = await context.newPage();
      await page.goto(url);
      await page.getByRole('link', { name: 'I have no account yet' }).click();
      await type(page, 'E-mail address', 'ann@own.example');
      await page.keyboard.press('Enter');
      await page.getByText('Look into your mailbox').waitFor();
      await page.goto(url + linkIn(await stage.smtp.next('ann@own.example'), '/register/confirm'));
      await type(page, 'Password', password);
      await type(page, 'Password, again', password);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/me');
      await press(page, 'Sign out here');
      await type(page, 'E-mail address', 'ann@own.example');
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'I have forgotten my password' }).click();
      await press(page, 'Send the link');
      await page.getByText('Look into your mailbox').waitFor();
      await page.goto(url + linkIn(await stage.smtp.next('ann@own.example'), '/reset/confirm'));
      await type(page, 'New password', another);
      await type(page, 'New password, again', another);
      await press(page, 'Change the password');
      await page.getByText('Your password was changed').waitFor();
      await type(page, 'Password', password);
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('do not go together').waitFor();
      await type(page, 'Password', another);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/me');
      await context.close();
    });
  }

  it('a trial shows until when it is, and ends by the clock: the tier is Basic then, and nobody is put out', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url + (await askFor(stage, stage.carillon.visitor(), '/register', 'ann@own.example')));
    await type(page, 'E-mail address', 'ann@own.example');
    await type(page, 'Password', password);
    await type(page, 'Password, again', password);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/me');
    assert.match((await page.textContent('main')) ?? '', /Your trial gives you Pro until \d{4}-\d\d-\d\d/);
    const { ground } = stage.carillon.house;
    const { id } = await personAt(stage, 'ann@own.example');
    // Nobody stays signed in for thirty days: the end of the session is moved on, and the trial's is not.
    const at = clock.now() + 40 * 86_400_000;
    await ground.db.write((m) => rows(m, sql`UPDATE "sessions" SET "expiresAt" = ${at} WHERE "principalId" = ${id}`));
    stage.carillon.house.sessions.forgetAll();
    clock.advance(30 * 86_400_000 + 1_000);
    await tellOfEndedTrials(ground);
    await page.goto(`${url}/me`);
    const text = (await page.textContent('main')) ?? '';
    assert.doesNotMatch(text, /trial/);
    assert.match(text, /Basic/);
    await context.close();
  });

  it('who is suspended, or was released, learns it at the door, after the right password', async () => {
    const scope = await accountWith(stage, 'Globex', 'globex.example');
    const { ground } = stage.carillon.house;
    for (const name of ['sue', 'hank']) await registerAs(stage, stage.carillon.visitor(), `${name}@globex.example`);
    await suspendUser(ground, scope, (await personAt(stage, 'sue@globex.example')).id, 'test');
    const { id: hank } = await personAt(stage, 'hank@globex.example');
    const page = await browser.newPage();
    const signIn = async (name: string): Promise<void> => {
      await page.goto(`${url}/signin`);
      await type(page, 'E-mail address', `${name}@globex.example`);
      await page.keyboard.press('Enter');
      await type(page, 'Password', password);
      await page.keyboard.press('Enter');
    };
    await signIn('sue');
    await page.getByRole('alert').getByText('An administrator has suspended your access.').waitFor();
    const [domain] = await rows<{ id: string }>(
      ground.db.read,
      sql`SELECT "id" FROM "domains" WHERE "accountId" = ${scope.accountId}`,
    );
    await removeDomain(ground, { ...scope, domainId: domain!.id });
    await until(async () => {
      const [row] = await rows<{ releasedAt: unknown }>(
        ground.db.read,
        sql`SELECT "releasedAt" FROM "users" WHERE "id" = ${hank}`,
      );
      return row?.releasedAt != null;
    });
    await signIn('hank');
    await page.getByRole('alert').getByText('You can register anew.').waitFor();
    await page.getByRole('link', { name: 'Register anew' }).click();
    await page.getByRole('heading', { name: 'Register' }).waitFor();
    await page.close();
  });

  it('no page has a fault that axe finds, or is wider than a screen of 320 pixels, light and dark', async () => {
    const scope = await accountWith(stage, 'The Team');
    await invitePeople(stage.carillon.house.ground, scope, parseAddresses('guest@own.example'), { by: 'test' });
    const invitation = linkIn(await stage.smtp.next('guest@own.example'), '/invitation');
    await registerAs(stage, stage.carillon.visitor(), 'ann@own.example');
    const register = await askFor(stage, stage.carillon.visitor(), '/register', 'bob@own.example');
    const reset = await askFor(stage, stage.carillon.visitor(), '/reset', 'ann@own.example');
    for (const colorScheme of ['light', 'dark'] as const) {
      const viewport = { width: 320, height: 640 };
      const context = await browser.newContext({ colorScheme, bypassCSP: true, viewport });
      const page = await context.newPage();
      const looked = async (what: string): Promise<void> => {
        await page.evaluate(axe.source);
        const faults = await page.evaluate('axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes[0].html]))');
        assert.deepEqual(faults, [], `${what}, ${colorScheme}`);
        const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
        assert.equal(wide, 0, `${what} is wider than the screen by ${String(wide)}`);
        const folder = process.env['SCREENSHOTS'];
        if (folder) await page.screenshot({ path: `${folder}/${what}-${colorScheme}.png`, fullPage: true });
      };
      for (const [what, path] of [
        ['signin', '/signin'],
        ['register', '/register'],
        ['reset', '/reset'],
        ['choose', register],
        ['reset-confirm', reset],
        ['invitation', invitation],
        ['stale', '/reset/confirm?token=x'],
      ] as const) {
        await page.goto(url + path);
        await looked(what);
      }
      await page.goto(`${url}/register`);
      await type(page, 'E-mail address', 'not an address');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      await looked('register-refused');
      await type(page, 'E-mail address', `${colorScheme}@own.example`);
      await page.keyboard.press('Enter');
      await page.getByText('Look into your mailbox').waitFor();
      await looked('sent');
      await page.goto(`${url}/signin`);
      await type(page, 'E-mail address', 'ann@own.example');
      await page.keyboard.press('Enter');
      await page.getByLabel('Password', { exact: true }).waitFor();
      await looked('password');
      await type(page, 'Password', another);
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      await looked('password-refused');
      await type(page, 'Password', password);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/me');
      for (const path of ['/me', '/me/password', '/me/address', '/me/delete']) {
        await page.goto(url + path);
        await looked(path.slice(1).replace('/', '-'));
      }
      await context.close();
    }
  });

  it('a letter reads well in a mailbox that is dark, narrow, or without styles', async () => {
    await askFor(stage, stage.carillon.visitor(), '/register', 'ann@own.example');
    const { html } = stage.smtp.received[0]!;
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ colorScheme, viewport: { width: 320, height: 640 } });
      const page = await context.newPage();
      await page.setContent(html);
      await page.evaluate(axe.source);
      const run = 'axe.run({ rules: { "landmark-one-main": { enabled: false }, region: { enabled: false } } })';
      const faults = await page.evaluate(`${run}.then((r) => r.violations.map((v) => [v.id, v.nodes[0].html]))`);
      assert.deepEqual(faults, [], colorScheme);
      const folder = process.env['SCREENSHOTS'];
      if (folder) await page.screenshot({ path: `${folder}/letter-${colorScheme}.png`, fullPage: true });
      await context.close();
    }
  });
});
