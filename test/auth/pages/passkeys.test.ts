import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { createAccount } from '../../../src/accounts/accounts/accounts.ts';
import { createOrganisation } from '../../../src/accounts/organisations/organisations.ts';
import { addFactor } from '../../../src/auth/credentials/factors/factors.ts';
import { passkeyTables } from '../../../src/auth/credentials/factors/factors.entity.ts';
import { enrolTotp, offerTotp } from '../../../src/auth/credentials/factors/totp.ts';
import { personHolder } from '../../../src/auth/people/holder.ts';
import { letIn } from '../../../src/auth/people/let-in.ts';
import { requireFactorInAccount } from '../../../src/auth/people/require-factor.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { registerPerson } from '../../../src/users/lifecycle/register.ts';
import { type User, UserTable } from '../../../src/users/user.entity.ts';
import { appCode } from '../../console/support.ts';
import { skipWithoutBrowser, startBrowser } from '../../support/browser.ts';
import { startTestCarillon, type TestCarillon } from '../../support/carillon.ts';
import { testCompany } from '../../support/company.ts';
import { freePorts } from '../../support/port.ts';

describe('people’s passkeys and their own sign-in, in Chromium', function () {
  this.timeout(90_000);
  let carillon: TestCarillon;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let cdp: CDPSession;
  let authenticatorId: string;
  let url: string;
  let scope: { organisationId: string; accountId: string };
  let user: User;

  before(async function () {
    skipWithoutBrowser(this);
    browser = await startBrowser();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    const port = await freePorts();
    url = `http://localhost:${port}`; // browsers give passkeys to names, never to bare addresses
    carillon = await startTestCarillon({ port, publicUrl: url, host: 'localhost' });
    const { ground } = carillon.house;
    const { id: organisationId } = await ground.db.write((m) => createOrganisation(m, 'Acme'));
    scope = { organisationId, accountId: (await createAccount(ground, organisationId, { name: 'Team' })).id };
    user = await ground.db.write((m) => registerPerson(ground, m, scope, { address: 'ada@example.com' }));
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
  });
  afterEach(async () => {
    await context.close();
    await carillon.stop();
    clock.reset();
  });

  /** The password was right, in this browser: in, or a step further. */
  async function typePassword(at: Page, target = '/me'): Promise<void> {
    await at.goto(`${url}/signin`);
    const cookies = await at.context().cookies();
    const own = cookies.find(({ name }) => name === 'carillon_browser')?.value ?? '';
    const { ground, sessions } = carillon.house;
    const proof = { userId: user.id, by: 'password' as const, target, authTime: clock.now(), amr: 'pwd' };
    const entered = await letIn(ground, sessions, proof, { browser: own, device: undefined, previous: null });
    const name = entered.step === 'in' ? 'carillon_session' : 'carillon_second';
    await at.context().addCookies([{ name, value: entered.token, url, httpOnly: true, sameSite: 'Lax' }]);
    await at.goto(url + (entered.step === 'in' ? target : '/signin/second'));
  }

  const title = (at = page): Promise<string> => at.locator('h1').innerText();
  const session = async () => {
    const token = (await context.cookies()).find(({ name }) => name === 'carillon_session')?.value ?? '';
    return (await carillon.house.sessions.check(token, 'user')).session;
  };

  async function addPasskey(name: string): Promise<void> {
    await page.goto(`${url}/me/security`);
    await page.getByRole('link', { name: 'Add a passkey' }).click();
    await page.getByLabel('Name of the passkey').fill(name);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('heading', { name: 'Your recovery codes' }).or(page.getByText('was added')).first().waitFor();
  }

  async function signOut(): Promise<void> {
    await page.goto(`${url}/me`);
    await page.getByRole('button', { name: 'Sign out here' }).click();
    await page.waitForURL('**/signin?signed-out');
  }

  it('adds one, signs in by it alone, and uses it as a second factor and to prove it once more', async () => {
    await typePassword(page);
    await addPasskey('Laptop');
    assert.equal(await page.locator('.codes li').count(), 10);
    await page.getByRole('link', { name: 'I have kept them' }).click();
    await page.getByRole('rowheader', { name: 'Laptop' }).waitFor();
    await signOut();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.waitForURL('**/me');
    assert.equal((await session())?.amr, 'hwk mfa');
    const { read } = carillon.house.ground.db;
    const [stored] = await read.find(passkeyTables.user);
    assert.ok(stored && stored.counter > 0 && stored.lastUsedAt);

    await signOut();
    await typePassword(page, '/me/security');
    assert.equal(await title(), 'Second factor');
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForURL('**/me/security');
    assert.equal((await session())?.amr, 'pwd hwk mfa');

    clock.advance(11 * 60_000);
    await page.goto(`${url}/me/security/passkeys`);
    assert.equal(await title(), 'Is it you?');
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('heading', { name: 'Add a passkey' }).waitFor();
  });

  it('is offered where the address is typed', async () => {
    await typePassword(page);
    await addPasskey('Laptop');
    await page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => true');
    await page.goto(`${url}/me`);
    await page.getByRole('button', { name: 'Sign out here' }).click();
    await page.waitForURL('**/me');
    assert.equal(await title(), 'You are signed in');
  });

  it('is removed by its name, and refused then; a copy with an old counter too', async () => {
    await typePassword(page);
    await addPasskey('Laptop');
    const { ground } = carillon.house;
    await ground.db.write((m) => m.update(passkeyTables.user, { name: 'Laptop' }, { counter: 4_000_000_000 }));
    await signOut();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('The passkey was not accepted').waitFor();
    await ground.db.write((m) => m.update(passkeyTables.user, { name: 'Laptop' }, { counter: 1 }));
    await page.goto(`${url}/signin`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.waitForURL('**/me');
    await page.goto(`${url}/me/security`);
    await page.getByRole('link', { name: 'Remove Laptop' }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('was removed').waitFor();
    await signOut();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('The passkey was not accepted').waitFor();
  });

  it('does not sign in a directory’s people alone, nor whoever may not be in, nor without verification', async () => {
    await typePassword(page);
    await addPasskey('Laptop');
    await signOut();
    const { ground } = carillon.house;
    const now = async (changes: Partial<User>): Promise<void> => {
      await ground.db.write((m) => m.update(UserTable, { id: user.id }, changes as never));
      await page.goto(`${url}/signin`);
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
      await page.getByRole('heading', { name: 'You were not signed in' }).waitFor();
    };
    await now({ connectionId: (await testCompany(carillon.house)).scope.connectionId });
    await page.getByText('The passkey was not accepted').waitFor();
    await now({ connectionId: null, releasedAt: clock.now() });
    await page.getByText('was removed from your company').waitFor();
    await now({ releasedAt: null, deletedAt: clock.now() });
    await page.getByText('The passkey was not accepted').waitFor();
    await ground.db.write((m) => m.update(UserTable, { id: user.id }, { deletedAt: null }));
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.goto(`${url}/signin`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('No passkey was used').waitFor();
  });

  it('is set up in the middle of a sign-in where the account requires a second factor', async () => {
    await requireFactorInAccount(carillon.house.ground, scope, true);
    await typePassword(page, '/me/security');
    await page.waitForURL('**/signin/enrol');
    await page.getByLabel('Name of the passkey').fill('Laptop');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await page.getByRole('link', { name: 'I have kept them' }).click();
    await page.waitForURL('**/me/security');
    assert.equal((await session())?.amr, 'pwd hwk mfa');
  });

  it('has no fault that axe finds, fits 320 px in light and dark, and says politely what needs scripts', async () => {
    const { ground } = carillon.house;
    const holder = personHolder(user);
    for (const colorScheme of ['light', 'dark'] as const) {
      const narrow = await browser.newContext({ colorScheme, bypassCSP: true, viewport: { width: 320, height: 700 } });
      const seen = await narrow.newPage();
      const look = async (path?: string): Promise<void> => {
        if (path !== undefined) await seen.goto(`${url}${path}`);
        await seen.evaluate(axe.source);
        const faults = await seen.evaluate('axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes[0].html]))');
        assert.deepEqual(faults, [], seen.url());
        assert.equal(
          await seen.evaluate('document.documentElement.scrollWidth <= 320'),
          true,
          `${seen.url()} is too wide`,
        );
      };
      await look('/signin');
      await requireFactorInAccount(ground, scope, true);
      if (colorScheme === 'light') {
        await typePassword(seen);
        await look('/signin/enrol');
        const { secret, offered } = await offerTotp(ground, holder);
        const code = await appCode(secret);
        await addFactor(ground, holder, 'EnableTotp', () => enrolTotp(ground, holder, offered, code));
      }
      await typePassword(seen);
      assert.equal(await title(seen), 'Second factor');
      await look();
      await seen.getByLabel('Code').fill('000000');
      await seen.keyboard.press('Enter');
      await seen.getByText('That code is wrong').first().waitFor();
      await look();
      await seen.goto(`${url}/signin`);
      await requireFactorInAccount(ground, scope, false);
      const done = await letIn(
        ground,
        carillon.house.sessions,
        { userId: user.id, by: 'passkey', target: '/me', authTime: clock.now(), amr: 'swk mfa' },
        null,
      );
      await narrow.addCookies([{ name: 'carillon_session', value: done.token, url, httpOnly: true, sameSite: 'Lax' }]);
      for (const path of ['', '/totp', '/totp/remove', '/passkeys', '/recovery-codes', '/confirm']) {
        await look(`/me/security${path}`);
      }
      await narrow.close();
    }
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const seen = await plain.newPage();
    await seen.goto(`${url}/signin`);
    assert.equal(await seen.getByRole('button', { name: 'Sign in with a passkey' }).count(), 0);
    assert.match(await seen.locator('main').innerText(), /Passkeys need JavaScript/);
    await plain.close();
  });
});
