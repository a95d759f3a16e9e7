import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One folder for everything that this run writes; gone with it. */
export function mochaGlobalSetup(): void {
  process.env['TEST_RUN_FOLDER'] = mkdtempSync(join(tmpdir(), 'carillon-test-'));
}

export function mochaGlobalTeardown(): void {
  const folder = process.env['TEST_RUN_FOLDER'];
  if (folder) rmSync(folder, { recursive: true, force: true });
}
