import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import axe from 'axe-core';
import * as openid from 'openid-client';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { createOrganisation } from '../../../src/accounts/organisations/organisations.ts';
import { createClient } from '../../../src/auth/provider/clients/clients.ts';
import { skipWithoutBrowser, startBrowser } from '../../support/browser.ts';
import { portOf } from '../../support/port.ts';
import { address } from '../pages/support.ts';
import { ask, callback, type OpenIdStage, setOpenIdStage } from './stage.ts';

/** The longest names that people and applications have on these pages. */
const longName = `Customer-Relationship-Management-${'and-everything-else-'.repeat(4)}of-the-company`;

/** A folder for pictures of the pages, for whoever wants to look at them. */
const shots = process.env['TEST_SHOTS'];

describe('OpenID provider: its pages in Chromium', function () {
  this.timeout(120_000);
  let stage: OpenIdStage;
  let browser: Browser;
  before(async function () {
    skipWithoutBrowser(this);
    [browser, stage] = await Promise.all([startBrowser(), setOpenIdStage()]);
  });
  after(async () => {
    await browser?.close();
    await stage?.stop();
  });

  /** A browser in which somebody is signed in. */
  async function signedIn(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await (await browser.newContext(options)).newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(stage.carillon.url);
    await page.getByLabel('E-mail address').fill(address);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/me');
    return page;
  }

  /** The application that somebody comes back to by a form, as it sees that. */
  async function listening(): Promise<{ server: Server; uri: string; posted: URLSearchParams[] }> {
    const posted: URLSearchParams[] = [];
    const server = createServer((req, res) => {
      let text = '';
      req.on('data', (chunk: Buffer) => (text += chunk.toString()));
      req.on('end', () => {
        if (req.method === 'POST') posted.push(new URLSearchParams(text));
        res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Back</title><h1>Back</h1>');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, uri: `http://127.0.0.1:${portOf(server)}/callback`, posted };
  }

  for (const javaScriptEnabled of [true, false]) {
    it(`answers by a form that is really posted, ${javaScriptEnabled ? 'by itself' : 'by its button without scripts'}`, async () => {
      const { server, uri, posted } = await listening();
      const application = await stage.application({ redirectUris: [uri] });
      const page = await signedIn({ javaScriptEnabled });
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      const { url, state } = await ask(application, { response_mode: 'form_post', redirect_uri: uri });
      await page.goto(url.href);
      await page.getByRole('button', { name: 'Allow', exact: true }).click();
      if (!javaScriptEnabled) {
        await page.getByRole('heading', { name: 'Back to the application' }).waitFor();
        await page.getByRole('button', { name: 'Go on' }).click();
      }
      await page.getByRole('heading', { name: 'Back' }).waitFor();
      assert.deepEqual(said, []);
      assert.equal(posted.length, 1);
      assert.equal(posted[0]!.get('state'), state);
      assert.ok(posted[0]!.get('code'));

      // And an error, in the same way.
      const denied = await ask(application, { response_mode: 'form_post', redirect_uri: uri, prompt: 'consent' });
      await page.goto(denied.url.href);
      await page.getByRole('button', { name: 'Do not allow' }).click();
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Go on' }).click();
      await page.getByRole('heading', { name: 'Back' }).waitFor();
      assert.equal(posted[1]!.get('error'), 'access_denied');
      await page.context().close();
      server.close();
    });
  }

  it('has no fault that axe finds, and fits 320 px, light and dark', async () => {
    const wiki = await stage.application({ name: longName });
    const { ground } = stage.carillon.house;
    const foreign = await ground.db.write((m) => createOrganisation(m, 'Other'));
    const input = { name: longName, kind: 'web', redirectUris: [callback] };
    const other = await createClient(stage.carillon.house, foreign.id, input);
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await signedIn({ colorScheme, bypassCSP: true });
      const look = async (name: string): Promise<void> => {
        for (const width of [320, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          if (shots !== undefined)
            await page.screenshot({ path: `${shots}/${name}-${colorScheme}-${width}.png`, fullPage: true });
          const over = await page.evaluate(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          );
          assert.equal(over, 0, `${name} is wider than ${width} px`);
        }
        await page.evaluate(axe.source);
        const faults = await page.evaluate('axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes[0].html]))');
        assert.deepEqual(faults, [], name);
      };
      const asked = await ask(wiki, { scope: 'openid profile email account offline_access', prompt: 'consent' });
      await page.goto(asked.url.href);
      await look('consent');
      asked.url.searchParams.set('client_id', other.client.id);
      asked.url.searchParams.set('scope', 'openid');
      await page.goto(asked.url.href);
      await look('not-for');
      await page.goto(openid.buildEndSessionUrl(wiki.configuration).href);
      await look('sign-out');
      await page.goto(`${stage.issuer}/device`);
      await look('device');
      await page.getByLabel('Code').fill('BCDF-GHJK');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      await look('device-wrong');
      const screen = await stage.application({ kind: 'device', name: longName });
      const begun = await openid.initiateDeviceAuthorization(screen.configuration, { scope: 'openid profile' });
      await page.getByLabel('Code').fill(begun.user_code.toLowerCase());
      await page.keyboard.press('Enter');
      await page.getByText('calls itself').waitFor();
      await look('device-confirm');
      await page.getByRole('button', { name: 'The code is the same' }).click();
      await page.getByRole('button', { name: 'Allow', exact: true }).click();
      await page.getByRole('status').waitFor();
      await look('device-done');
      await page.goto(`${stage.issuer}/auth?client_id=nobody&response_type=code&scope=openid`);
      await look('error-client');
      await page.goto(`${stage.issuer}/auth?client_id=${wiki.client.id}&redirect_uri=https://evil.example/`);
      await look('error-redirect');
      await page.goto(`${stage.issuer}/auth/nothing`);
      await look('error-expired');
      await page.goto(`${stage.carillon.url}/oidc/interaction/nothing`);
      await look('error-interaction');
      await page.goto(openid.buildEndSessionUrl(wiki.configuration).href);
      await page.getByRole('button', { name: 'Sign out', exact: true }).click();
      await page.waitForURL('**/logout/success**');
      await look('signed-out');
      await page.context().close();
    }
  });
});
