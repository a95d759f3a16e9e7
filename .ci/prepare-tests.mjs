// Before the tests: the browser that they drive comes from Debian's packages. Where it is missing and cannot be
// installed, the browser suites skip, and say so; in CI a missing browser is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';

const browsers = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const installed = () => browsers.some((path) => path && existsSync(path));
const apt = (...args) =>
  spawnSync('apt-get', ['-y', '-q', ...args], {
    stdio: 'ignore',
    timeout: 600_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });

if (!installed() && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
  console.log('Installing Chromium for the browser tests …');
  apt('update');
  apt('install', '--no-install-recommends', 'chromium');
}
if (!installed()) {
  console.log('\n*** No Chromium here, and none could be installed: THE BROWSER TESTS ARE SKIPPED. ***');
  console.log('*** Install Debian’s package "chromium", or name a browser in CHROMIUM_PATH. ***\n');
  if (process.env.CI) process.exit(1);
}
