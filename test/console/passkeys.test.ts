import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { passkeyTables } from '../../src/auth/credentials/factors/factors.entity.ts';
import { skipWithoutBrowser, startBrowser } from '../support/browser.ts';
import { freePorts } from '../support/port.ts';
import { until } from '../support/until.ts';
import { Visitor } from '../support/visitor.ts';
import { addApp, organisationOf, password, type Running, signIn, startConsole } from './support.ts';

describe('console: passkeys, in Chromium', function () {
  this.timeout(90_000);
  let running: Running;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let cdp: CDPSession;
  let authenticatorId: string;
  let url: string;
  let organisationId: string;

  before(async function () {
    skipWithoutBrowser(this);
    browser = await startBrowser();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    const port = await freePorts();
    url = `http://localhost:${port}`; // browsers give passkeys to names, never to bare addresses
    running = await startConsole({ port, publicUrl: url, host: 'localhost' });
    context = await browser.newContext();
    // The virtual authenticator would answer the quiet offer by itself; people choose from it.
    await context.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false');
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    cdp = await context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    ({ authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    }));
    await page.goto(running.setUpLink);
    await page.getByLabel('Organisation', { exact: true }).fill('Acme Group');
    await page.getByLabel('User name').fill('ada');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByLabel('Password, again').fill(password);
    await page.getByRole('button', { name: 'Set password and sign in' }).click();
    await page.waitForURL('**/console?done=setUp');
    organisationId = await organisationOf(running);
  });
  afterEach(async () => {
    await context.close();
    await running.stop();
  });

  const title = (): Promise<string> => page.locator('h1').innerText();

  async function addPasskey(name: string): Promise<void> {
    await page.goto(`${url}/console/security/passkeys`);
    await page.getByLabel('Name of the passkey').fill(name);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
  }

  async function signOut(): Promise<void> {
    await page.goto(`${url}/console/security`);
    await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
    await page.waitForURL('**/console/sign-in?ended');
  }

  const typePassword = async (): Promise<void> => {
    await page.getByLabel('Organisation', { exact: true }).fill(organisationId);
    await page.getByLabel('User name').fill('ada');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };

  it('adds one, signs in by it alone, and uses it as a second factor and to confirm', async () => {
    await addPasskey('Laptop');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    assert.equal(await page.locator('.codes li').count(), 10);
    await signOut();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.waitForURL('**/console');
    assert.equal(await title(), 'Accounts');
    const { changes, house } = running;
    assert.equal((await changes()).at(-1)?.eventName, 'ConsoleLogin');
    const [stored] = await house.ground.db.read.find(passkeyTables.administrator);
    assert.ok(stored && stored.counter > 0 && stored.lastUsedAt);

    await signOut();
    await typePassword();
    await page.waitForURL('**/console/sign-in/second');
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForURL('**/console');

    const { clock } = await import('../../src/platform/clock/clock.ts');
    clock.advance(11 * 60_000);
    await page.goto(`${url}/console/administrators/new`);
    assert.equal(await title(), 'Is it you?');
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('heading', { name: 'Invite an administrator' }).waitFor();
  });

  it('is offered where the user name is typed', async () => {
    await addPasskey('Laptop');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => true');
    await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
    await page.waitForURL('**/console');
    assert.equal(await page.locator('h1').innerText(), 'Accounts');
  });

  it('keeps several, each with its name, and refuses one that is removed', async () => {
    await addPasskey('Laptop');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await addPasskey('Again');
    await page.getByRole('alert').getByText('has a passkey for you already').waitFor();
    await cdp.send('WebAuthn.clearCredentials', { authenticatorId });
    await addPasskey('Phone');
    await page.waitForURL('**/console/security?done=factorAdded');
    assert.match(await page.locator('main').innerText(), /Laptop[\s\S]*Phone/);
    await page.getByRole('link', { name: 'Remove Phone' }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.waitForURL('**/console/security?done=factorRemoved');
    await signOut();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('The passkey was not accepted').waitFor();
  });

  it('refuses an authenticator that has not verified who holds it', async () => {
    await addPasskey('Laptop');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await signOut();
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('No passkey was used').waitFor();
    assert.match(page.url(), /sign-in/);
  });

  it('refuses an answer that was sent before, from another browser, or by a copy with an old counter', async () => {
    await addPasskey('Laptop');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await signOut();
    let sent = '';
    page.on('request', (request) => {
      if (request.url().endsWith('/sign-in/passkey')) sent = request.postData() ?? sent;
    });
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.waitForURL('**/console');
    await until(async () => sent !== '');
    await signOut();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const again = await context.request.post(`${url}/console/sign-in/passkey`, { headers, data: sent });
    assert.equal(again.status(), 403, 'replayed');
    const stranger = new Visitor(url);
    const { csrf } = await stranger.get('/console/sign-in');
    const passkey = new URLSearchParams(sent).get('passkey') ?? '';
    assert.equal((await stranger.post('/console/sign-in/passkey', { csrf, passkey })).status, 403, 'not its browser');
    for (const nonsense of ['', '{}', '[]', 'null', '{"id":"x","response":{}}', '{"__proto__":1}']) {
      assert.equal(
        (await stranger.post('/console/sign-in/passkey', { csrf, passkey: nonsense })).status,
        403,
        nonsense,
      );
    }
    const { ground } = running.house;
    await ground.db.write((m) => m.update(passkeyTables.administrator, { name: 'Laptop' }, { counter: 4_000_000_000 }));
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('The passkey was not accepted').waitFor();
  });

  it('is set up in place of a password’s second step where the organisation requires one', async () => {
    const { ground } = running.house;
    await ground.db.write((m) => m.query('UPDATE "organisations" SET "secondFactorSince" = 1'));
    await signOut();
    await typePassword();
    await page.waitForURL('**/console/sign-in/enrol');
    await page.getByLabel('Name of the passkey').fill('Laptop');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await page.getByRole('link', { name: 'I have kept them' }).click();
    await page.waitForURL('**/console');
  });

  it('has no fault that axe finds, fits 320 px, and says politely what needs scripts', async () => {
    const owner = await administratorWithApp();
    for (const colorScheme of ['light', 'dark'] as const) {
      const narrow = await browser.newContext({ colorScheme, bypassCSP: true, viewport: { width: 320, height: 700 } });
      const seen = await narrow.newPage();
      const look = async (path: string): Promise<void> => {
        await seen.goto(`${url}${path}`);
        await seen.evaluate(axe.source);
        const faults = await seen.evaluate('axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes[0].html]))');
        assert.deepEqual(faults, [], path);
        assert.equal(await seen.evaluate('document.documentElement.scrollWidth <= 320'), true, `${path} is too wide`);
      };
      await look('/console/sign-in');
      await seen.getByLabel('Organisation', { exact: true }).fill(organisationId);
      await seen.getByLabel('User name').fill('ada');
      await seen.getByLabel('Password').fill(password);
      await seen.getByRole('button', { name: 'Sign in', exact: true }).click();
      await seen.waitForURL('**/second');
      await look('/console/sign-in/second');
      await seen.getByLabel('Code').fill(owner.codes.pop() ?? '');
      await seen.keyboard.press('Enter');
      await seen.waitForURL('**/console');
      for (const path of [
        '/console/security',
        '/console/security/totp',
        '/console/security/passkeys',
        '/console/security/password',
        '/console/security/recovery-codes',
        '/console/confirm',
        '/console/administrators',
        '/console/administrators/new',
        '/console/administrators/require-factor',
      ]) {
        await look(path);
      }
      await narrow.close();
    }
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const seen = await plain.newPage();
    await seen.goto(`${url}/console/sign-in`);
    assert.equal(await seen.getByRole('button', { name: 'Sign in with a passkey' }).count(), 0);
    assert.match(await seen.locator('main').innerText(), /Passkeys need JavaScript/);
    await plain.close();
  });

  async function administratorWithApp(): Promise<{ secret: string; codes: string[] }> {
    const visitor = new Visitor(url);
    await signIn(visitor, organisationId);
    return addApp(visitor);
  }
});
