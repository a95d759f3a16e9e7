import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Database } from '../../../src/platform/database/database.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { storage } from '../../../src/storage/storage.ts';
import { testFolder } from '../../support/folder.ts';

const script = fileURLToPath(new URL('writer-process.ts', import.meta.url));

/** Starts a writer and kills it once it has acknowledged that many units. @returns what it acknowledged */
async function writeUntilKilled(path: string, run: string, units: number): Promise<string[]> {
  const child = spawn(process.execPath, [script, path, run], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split('\n').length > units) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return said.split('\n').slice(0, -1); // a line without its end was not said
}

describe('the door to the database, killed', () => {
  it('security check 39: has everything that it acknowledged, and nothing by halves, after kill -9 in the middle of groups', async function () {
    this.timeout(120_000);
    const path = join(testFolder(), 'killed.db');
    const acknowledged: string[] = [];
    for (const [run, units] of [1, 40, 300, 7, 1000].entries()) {
      acknowledged.push(...(await writeUntilKilled(path, String(run), units)));
    }
    const db = await Database.open(path, storage);
    try {
      const stored = new Set(
        (await rows<{ id: string }>(db.read, sql`SELECT "id" FROM "organisations" WHERE "deletedAt" IS NULL`)).map(
          ({ id }) => id,
        ),
      );
      assert.ok(acknowledged.length >= 1348);
      assert.deepEqual(
        acknowledged.filter((id) => !stored.has(`${id}-a`) || !stored.has(`${id}-b`)),
        [],
      );
      const halves = [...stored].filter((id) => !stored.has(`${id.slice(0, -1)}${id.endsWith('a') ? 'b' : 'a'}`));
      assert.deepEqual(halves, []);
    } finally {
      await db.close();
    }
  });
});
