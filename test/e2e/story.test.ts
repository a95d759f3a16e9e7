import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { demoPassword } from '../../deploy/demo/people.ts';
import { skipWithoutBrowser, startBrowser } from '../support/browser.ts';
import { type DemoProcess, startDemoProcess } from '../support/demo.ts';
import { testFolder } from '../support/folder.ts';
import { freePorts } from '../support/port.ts';
import { until } from '../support/until.ts';
import { describeOnEachEngine } from '../support/engines.ts';

/** The promise: an open page has learned of a no by then. */
const promiseMs = 1000;

describeOnEachEngine('the demo’s story, in a browser', function () {
  this.timeout(180_000);
  let demo: DemoProcess;
  let browser: Browser;
  let administrator: Page;
  const folder = testFolder();
  let firstPort: number;

  before(async function () {
    skipWithoutBrowser(this);
    firstPort = await freePorts(3);
    [demo, browser] = await Promise.all([startDemoProcess(folder, firstPort), startBrowser()]);
    administrator = await (await browser.newContext()).newPage();
  });
  after(async () => {
    await browser?.close();
    await demo?.stop('SIGTERM');
  });

  /** A person at a device of their own: types the address, proves who they are, and is wherever that leads. */
  async function arrive(address: string): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(demo.carillon);
    await page.getByLabel('E-mail address').fill(address);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${demo.provider}/**`);
    const person = page.locator(`input[type=radio][value="${address}"]`);
    await person.check();
    await page.locator('input[type=password]').fill(demoPassword);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${demo.carillon}/**`);
    return { context, page };
  }

  async function press(button: string | RegExp): Promise<void> {
    await administrator.goto(demo.directory);
    await administrator.getByRole('button', { name: button }).click();
  }

  const text = (page: Page): Promise<string> => page.locator('main').innerText();

  it('lets Pro and Basic in with their tiers, and tells whoever is in no mapped group whom to ask', async () => {
    const paula = await arrive('paula.prentice@acme.example');
    assert.match(await text(paula.page), /Paula Prentice/);
    assert.match(await text(paula.page), /Pro\b/);
    assert.match(await text(paula.page), /Carillon Pro/, 'and why');
    const ben = await arrive('ben.basset@acme.example');
    assert.match(await text(ben.page), /Basic/);
    const nora = await arrive('nora.nunez@acme.example');
    assert.match(await text(nora.page), /none of the groups[\s\S]*help@acme.example/, 'why, and whom to ask');
    assert.equal((await nora.page.request.get(`${demo.carillon}/session`)).status(), 401);
    for (const { context } of [paula, ben, nora]) await context.close();
  });

  it('kills the open page at once when the directory deactivates the person, and keeps them out over kill -9', async () => {
    const { context, page } = await arrive('ben.basset@acme.example');
    await press(/Deactivate.*Ben Basset/);
    await page.getByRole('alert').waitFor({ timeout: promiseMs + 4_000 });
    assert.match(await page.getByRole('alert').innerText(), /signed out|deactivated|over/i);
    assert.equal((await page.request.get(`${demo.carillon}/session`)).status(), 401);

    await demo.stop('SIGKILL');
    demo = await startDemoProcess(folder, firstPort);
    assert.equal((await page.request.get(`${demo.carillon}/session`)).status(), 401, 'still out');
    await page.goto(`${demo.carillon}/me`);
    assert.doesNotMatch(await text(page), /Sign out here/);
    await context.close();

    const other = await browser.newContext();
    const again = await other.newPage();
    await again.goto(demo.carillon);
    await again.getByLabel('E-mail address').fill('ben.basset@acme.example');
    await again.keyboard.press('Enter');
    await again.waitForURL(`${demo.provider}/**`);
    await again.locator('input[type=radio][value="ben.basset@acme.example"]').check();
    await again.locator('input[type=password]').fill(demoPassword);
    await again.keyboard.press('Enter');
    await again.locator('[role=alert], .error').first().waitFor();
    assert.equal((await again.request.get(`${demo.carillon}/session`)).status(), 401, 'nor let in anew');
    await other.close();
  });

  it('changes the tier of an open session, and ends it when the last mapped group goes', async () => {
    const { context, page } = await arrive('paula.prentice@acme.example');
    await administrator.goto(demo.directory);
    const row = administrator.locator('tr', { hasText: 'Paula Prentice' });
    await row.locator('select').selectOption({ label: 'Carillon Basic' });
    await row.getByRole('button', { name: /Move to group/ }).click();
    await until(async () => {
      await page.goto(`${demo.carillon}/me`);
      return /Basic/.test(await text(page));
    });
    await administrator.goto(demo.directory);
    const none = administrator.locator('tr', { hasText: 'Paula Prentice' });
    await none.locator('select').selectOption({ label: 'Everyone only' });
    await none.getByRole('button', { name: /Move to group/ }).click();
    await page.getByRole('alert').waitFor({ timeout: promiseMs + 4_000 });
    assert.equal((await page.request.get(`${demo.carillon}/session`)).status(), 401);
    await context.close();
  });
});
