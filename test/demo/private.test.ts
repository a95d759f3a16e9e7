import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startDemoProcess } from '../support/demo.ts';
import { testFolder } from '../support/folder.ts';
import { freePorts } from '../support/port.ts';

describe('the demo', function () {
  this.timeout(60_000);

  it('keeps its files from everybody else', async () => {
    const folder = testFolder();
    const demo = await startDemoProcess(folder, await freePorts(3));
    try {
      const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      assert.ok(names.some((name) => name.endsWith('carillon.db')) || process.env['TEST_ENGINE'] === 'postgres');
      for (const name of names) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
    } finally {
      await demo.stop('SIGTERM');
    }
  });
});
