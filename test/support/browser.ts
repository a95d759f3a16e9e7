import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const paths = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Where a browser is, or null: then its suites skip, which `npm test` has said loudly, and CI does not let pass. */
const browserPath = (): string | null => paths.find((path) => path && existsSync(path)) ?? null;

/** To be called in a suite's first `before`: without a browser the suite is skipped. */
export function skipWithoutBrowser(suite: Mocha.Context): void {
  if (browserPath() === null) suite.skip();
}

/** Chromium without a window, which calls nobody by itself. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: browserPath() ?? '',
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
