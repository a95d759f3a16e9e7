import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type { Stage } from './stage.ts';

/** Where the guide and its pictures are. */
export const guideFolder = fileURLToPath(new URL('../../docs/administration', import.meta.url));
export const imagesFolder = `${guideFolder}/images`;

/** No picture is higher: what a task needs stands at the top of its page. */
const highest = 1100;

/** A picture of a page as the guide shows it: always of the same size, and without what changes from run to run. */
export async function pictureOf({ url, issuer, activeDirectory }: Stage, page: Page): Promise<Buffer> {
  const replaced = [
    [url, 'https://carillon.acme.example'],
    [issuer, 'https://acme.okta.example'],
    [activeDirectory.url, 'ldaps://dc1.corp.acme.example'],
  ];
  await page.evaluate(`steady(${JSON.stringify(replaced)})`);
  const height = await page.evaluate('document.documentElement.scrollHeight');
  const picture = await page.screenshot({
    fullPage: true,
    clip: { x: 0, y: 0, width: 1280, height: Math.min(highest, Number(height)) },
    animations: 'disabled',
    caret: 'hide',
  });
  await page.evaluate('unsteady()');
  return picture;
}
