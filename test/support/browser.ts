import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const paths = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Where a browser is, or null: then its suites skip, which `npm test` has said loudly, and CI does not let pass. */
export const browserPath = (): string | null => paths.find((path) => path && existsSync(path)) ?? null;

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
