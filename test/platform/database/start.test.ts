import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Database } from '../../../src/platform/database/database.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { storage } from '../../../src/storage/storage.ts';
import { testFolder } from '../../support/folder.ts';

const script = fileURLToPath(new URL('open-process.ts', import.meta.url));
const processes = ['a', 'b', 'c', 'd'];

class Half implements MigrationInterface {
  readonly name = 'Half1900000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE "half" ("id" text)');
    throw new Error('the other half');
  }
  async down(): Promise<void> {
    // Nothing of it ever stays.
  }
}

describe('the start of a database', () => {
  it('ends well for all of several processes that open a new file at once', async function () {
    this.timeout(60_000);
    for (let round = 0; round < 3; round++) {
      const path = join(testFolder(), 'new/at-once.db');
      const children = processes.map((id) =>
        spawn(process.execPath, [script, path, id], { stdio: ['pipe', 'pipe', 'inherit'] }),
      );
      const ends = children.map((child) => once(child, 'close'));
      await Promise.all(children.map((child) => once(child.stdout, 'data')));
      for (const child of children) child.stdin.write('go\n');
      assert.deepEqual(
        (await Promise.all(ends)).map(([code]: unknown[]) => code),
        [0, 0, 0, 0],
      );
      const db = await Database.open(path, storage);
      try {
        const stored = await rows<{ id: string }>(
          db.read,
          sql`SELECT "id" FROM "organisations" WHERE "deletedAt" IS NULL ORDER BY "id"`,
        );
        assert.deepEqual(
          stored.map(({ id }) => id),
          processes,
        );
        const [migrations] = await rows<{ n: number }>(db.read, sql`SELECT COUNT(*) AS "n" FROM "migrations"`);
        assert.equal(migrations?.n, storage.migrations.length);
      } finally {
        await db.close();
      }
    }
  });

  it('leaves nothing of migrations that fail, and keeps foreign keys on', async () => {
    const path = join(testFolder(), 'half.db');
    const failing = { ...storage, migrations: [...storage.migrations, Half] };
    await assert.rejects(Database.open(path, failing), /the other half/);
    const db = await Database.open(path, storage);
    try {
      const [half] = await rows<{ n: number }>(
        db.read,
        sql`SELECT COUNT(*) AS "n" FROM "sqlite_master" WHERE "name" = ${'half'}`,
      );
      assert.equal(half?.n, 0);
      const settings = await db.write(async (m) => [
        await rows(m, sql`PRAGMA foreign_keys`),
        await rows(m, sql`PRAGMA busy_timeout`),
      ]);
      assert.deepEqual(settings, [[{ foreign_keys: 1 }], [{ timeout: 0 }]]);
    } finally {
      await db.close();
    }
  });
});
