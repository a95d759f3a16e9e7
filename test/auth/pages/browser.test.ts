import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { sayNo } from '../../../src/users/lifecycle/causes.ts';
import { skipWithoutBrowser, startBrowser } from '../../support/browser.ts';
import { until } from '../../support/until.ts';
import { address, setStage, type Stage } from './support.ts';

describe('auth pages: in Chromium', function () {
  this.timeout(60_000);
  let stage: Stage;
  let browser: Browser;
  before(async function () {
    skipWithoutBrowser(this);
    browser = await startBrowser();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    stage = await setStage();
  });
  afterEach(() => stage.stop());

  for (const javaScriptEnabled of [true, false]) {
    it(`signs in by the keyboard alone ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
      const context = await browser.newContext({ javaScriptEnabled });
      const page = await context.newPage();
      await page.goto(stage.carillon.url);
      await page.keyboard.type(address);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/me');
      assert.match(await page.content(), /rosa\.rogue/);
      const { ground, sessions } = stage.carillon.house;
      if (javaScriptEnabled) await until(() => sessions.streams.sessions().length > 0);
      await ground.db.write((m) => sayNo(ground, m, { ...stage.company.scope, id: stage.userId }, 'directory', 'test'));
      if (javaScriptEnabled) {
        await page.getByRole('alert').getByText('directory has deactivated').waitFor();
        assert.equal(await page.evaluate('document.activeElement.textContent'), 'You have been signed out');
        assert.equal(await page.getByRole('table').count(), 0);
      } else {
        assert.match(await page.content(), /http-equiv="refresh" content="20"/);
        await page.reload();
        await page.getByText('directory has deactivated').waitFor();
      }
      await context.close();
    });
  }

  it('has no fault that axe finds, light and dark, signed out, in and over', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ colorScheme, bypassCSP: true });
      const page = await context.newPage();
      const faults = async (): Promise<unknown> => {
        await page.evaluate(axe.source);
        return page.evaluate('axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes[0].html]))');
      };
      await page.goto(`${stage.carillon.url}/signin`);
      assert.deepEqual(await faults(), []);
      await page.getByLabel('E-mail address').fill('x');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      assert.deepEqual(await faults(), []);
      await page.getByLabel('E-mail address').fill(address);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/me');
      assert.deepEqual(await faults(), []);
      await context.clearCookies({ name: 'carillon_session' });
      await page.goto(`${stage.carillon.url}/auth/okta/callback?state=x`);
      assert.deepEqual(await faults(), []);
      await context.close();
    }
  });
});
