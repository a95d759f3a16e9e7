import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { guideFolder, imagesFolder } from '../guide/pictures.ts';
import { type Stage, startStage } from '../guide/stage.ts';
import { walk } from '../guide/walk.ts';
import { skipWithoutBrowser } from '../support/browser.ts';

const colours = `axe.run({ runOnly: ['color-contrast'] })`;
const everything = 'axe.run()';

describe('the Administration Guide', function () {
  this.timeout(300_000);
  let stage: Stage;

  before(async function () {
    skipWithoutBrowser(this);
    stage = await startStage();
  });
  after(() => stage?.stop());

  /** What axe finds on a page. */
  const faults = (page: Page, run: string): Promise<unknown> =>
    page.evaluate(`${run}.then((r) => r.violations.map((v) => [v.id, v.nodes[0].html]))`);

  /** As everybody must be able to use it: in both colour schemes, wide and narrow, with a name and a place. */
  async function look(name: string, page: Page): Promise<void> {
    await page.evaluate(axe.source);
    assert.deepEqual(await faults(page, everything), [], `${name}, light`);
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await faults(page, colours), [], `${name}, dark`);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 320, height: 720 });
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, `${name} is too wide for 320 px`);
    await page.setViewportSize({ width: 1280, height: 720 });
    const heading = await page.locator('h1').innerText();
    assert.ok((await page.title()).startsWith(heading), `${name}: ${await page.title()} is not named ${heading}`);
    if ((await page.getByRole('navigation').count()) > 0) {
      assert.equal(await page.locator('nav [aria-current]').count(), 1, `${name} has no place in the navigation`);
    }
  }

  it('is true from the set-up link to the last page, and made of pages that everybody can use', async () => {
    const made: string[] = [];
    await walk(stage, {
      look,
      shot: async (name, page) => {
        made.push(`${name}.png`);
        await look(name, page);
      },
    });
    const pages = readdirSync(guideFolder).filter((file) => file.endsWith('.md'));
    const text = pages.map((file) => readFileSync(join(guideFolder, file), 'utf8')).join('\n');
    const referred = [...text.matchAll(/\(images\/([^)]+)\)/g)].map(([, file = '']) => file);
    assert.deepEqual([...new Set(referred)].sort(), made.sort(), 'the guide shows what the walk makes');
    assert.deepEqual(readdirSync(imagesFolder).sort(), made, 'npm run guide makes the pictures anew');
  });
});
