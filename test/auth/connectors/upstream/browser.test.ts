import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { skipWithoutBrowser, startBrowser } from '../../../support/browser.ts';
import { openidInput, ownAccount, plainInput, setUpstreamStage, signedInAs, type UpstreamStage } from './stage.ts';

describe('upstream: in Chromium', function () {
  this.timeout(120_000);
  let stage: UpstreamStage;
  let browser: Browser;
  before(async function () {
    skipWithoutBrowser(this);
    browser = await startBrowser();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    stage = await setUpstreamStage();
    await stage.add(openidInput(stage));
    await stage.add(plainInput(stage, 'A forge whose name is as long as a button may be'));
  });
  afterEach(() => stage.stop());

  for (const javaScriptEnabled of [true, false]) {
    it(`registers, links and unlinks by the keyboard alone ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
      const context = await browser.newContext({ javaScriptEnabled });
      const page = await context.newPage();
      const press = async (name: string): Promise<void> => {
        await page.getByRole('button', { name, exact: true }).focus();
        await page.keyboard.press('Enter');
      };
      await page.goto(`${stage.carillon.url}/signin`);
      await press('Sign in with Rogue');
      await page.getByRole('heading', { name: 'Create an account?' }).waitFor();
      await press('Create an account');
      await page.waitForURL('**/me');
      await page.getByRole('link', { name: 'Ways to sign in' }).focus();
      await page.keyboard.press('Enter');
      await page.getByText('your only way to sign in').waitFor();
      await press('Link A forge whose name is as long as a button may be');
      await page.getByText('Pia Plain').waitFor();
      await press('Link');
      await page.getByRole('status').getByText('you can sign in with it from now on').waitFor();
      await press('Unlink Rogue');
      await page.getByText('Rogue is not linked any more').waitFor();
      await context.close();
    });
  }

  it('has no fault that axe finds, and fits 320 pixels, light and dark, on each of its pages', async () => {
    const { id } = await ownAccount(stage, 'pia@own.example');
    const session = (await signedInAs(stage, id)).jar().get('carillon_session')!;
    const { url } = stage.carillon;
    const button = (name: string) => async (page: Page) => page.getByRole('button', { name, exact: true }).click();
    const pages: [string, boolean, string, ((page: Page) => Promise<void>)?, string?][] = [
      ['the sign-in page', false, '/signin'],
      ['an offer', false, '/signin', button('Sign in with Rogue'), 'Create an account?'],
      [
        'no address',
        false,
        '/signin',
        button('Sign in with A forge whose name is as long as a button may be'),
        'No account yet',
      ],
      ['what failed', false, '/auth/upstream/offer'],
      ['ways to sign in', true, '/me/links'],
      ['a link to confirm', true, '/me/links', button('Link Rogue'), 'Link Rogue?'],
    ];
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [what, isIn, path, act, heading] of pages) {
        const context = await browser.newContext({
          colorScheme,
          bypassCSP: true,
          viewport: { width: 320, height: 640 },
        });
        if (isIn) await context.addCookies([{ name: 'carillon_session', value: session, url }]);
        const page = await context.newPage();
        await page.goto(url + path);
        await act?.(page);
        if (heading) await page.getByRole('heading', { name: heading }).waitFor();
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        assert.ok(Number(wide) <= 320, `${what} is ${String(wide)} wide`);
        await page.evaluate(axe.source);
        const faults = await page.evaluate('axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes[0].html]))');
        assert.deepEqual(faults, [], `${what}, ${colorScheme}`);
        if (process.env['UPSTREAM_PICTURES'])
          await page.screenshot({
            path: `${process.env['UPSTREAM_PICTURES']}/${what}-${colorScheme}.png`,
            fullPage: true,
          });
        await context.close();
      }
    }
  });
});
