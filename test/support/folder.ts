import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An own, empty folder; it goes with the test run. */
export const testFolder = (): string => mkdtempSync(join(process.env['TEST_RUN_FOLDER'] ?? tmpdir(), 'case-'));
