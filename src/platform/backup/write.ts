import { createHmac, randomBytes } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { QueryRunner } from 'typeorm';
import { clock, iso } from '../clock/clock.ts';
import type { Whole } from '../database/whole.ts';
import { newId } from '../ids/ids.ts';
import { errorCode, flushFolder } from '../secrets/files.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { createSeal } from '../secrets/seal.ts';
import { backupErrors, backupKey, canaryPlace, canaryText, type Head, toFile } from './format.ts';
import { type BackupTable, tablesOf } from './tables.ts';

const rowsAtOnce = 1000;

/**
 * Writes everything that the database holds, as of one moment, into a new file that only its owner may read; it is
 * there whole or not at all.
 * @throws backup.exists, backup.unreadable; the engine's error
 */
export async function writeBackup(
  from: Whole,
  keyring: Keyring,
  path: string,
): Promise<{ tables: number; rows: number }> {
  const part = join(dirname(path), `.${newId()}.part`);
  const file = await open(part, 'wx', 0o600).catch((error: unknown) => refuseFile(error, path));
  try {
    const count = { tables: 0, rows: 0 };
    await from.snapshot(async (runner) => {
      const text = Readable.from(lines(runner, keyring, count), { objectMode: false });
      await pipeline(text, createGzip(), async (packed: AsyncIterable<Buffer>) => {
        for await (const piece of packed) await file.appendFile(piece);
      });
    });
    await file.sync();
    await link(part, path).catch((error: unknown) => refuseFile(error, path)); // never over a file that is there
    flushFolder(dirname(path));
    return count;
  } finally {
    await file.close();
    await rm(part, { force: true });
  }
}

async function* lines(
  runner: QueryRunner,
  keyring: Keyring,
  count: { tables: number; rows: number },
): AsyncGenerator<string> {
  const hash = createHmac('sha256', backupKey(keyring));
  const line = (value: unknown): string => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    return text;
  };
  const migrations = (await runner.query('SELECT "name" FROM "migrations" ORDER BY "timestamp"')) as { name: string }[];
  yield line({
    format: 'carillon-backup',
    version: 1,
    id: randomBytes(16).toString('base64url'),
    madeAt: iso(clock.now()),
    migrations: migrations.map(({ name }) => name),
    canary: createSeal(keyring).seal(canaryText, canaryPlace),
  } satisfies Head);
  for (const table of await tablesOf(runner)) {
    count.tables++;
    yield line({ table: table.name, columns: table.columns.map(({ name }) => name) });
    for await (const rows of rowsOf(runner, table)) {
      yield rows.map((row) => line(table.columns.map(({ name, type }) => toFile(row[name], type)))).join('');
      count.rows += rows.length;
    }
  }
  yield `${JSON.stringify({ rows: count.rows, hmac: hash.digest('hex') })}\n`;
}

/** In pieces along the primary key, so that the memory stays flat whatever the table's size. */
async function* rowsOf(runner: QueryRunner, { name, key }: BackupTable): AsyncGenerator<Record<string, unknown>[]> {
  const columns = key.map((column) => `"${column}"`).join(', ');
  const place = key.map((_, i) => (runner.connection.options.type === 'postgres' ? `$${i + 1}` : '?')).join(', ');
  let last: unknown[] | null = null;
  for (;;) {
    const after: string = last ? `WHERE (${columns}) > (${place})` : '';
    const rows = (await runner.query(
      `SELECT * FROM "${name}" ${after} ORDER BY ${columns} LIMIT ${rowsAtOnce}`,
      last ?? [],
    )) as Record<string, unknown>[];
    if (rows.length > 0) yield rows;
    const end: Record<string, unknown> | undefined = rows.at(-1);
    if (!end || rows.length < rowsAtOnce) return;
    last = key.map((column) => end[column]);
  }
}

function refuseFile(error: unknown, path: string): never {
  const code = errorCode(error);
  if (code === 'EEXIST') throw backupErrors('backup.exists', { field: 'file', values: { path } });
  throw backupErrors('backup.unreadable', { field: 'file', values: { path, code: String(code) }, cause: error });
}
