import { MigrationExecutor, type QueryRunner } from 'typeorm';
import type { Storage } from '../database/storage.ts';
import type { Whole } from '../database/whole.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { createSeal } from '../secrets/seal.ts';
import { backupErrors, canaryPlace, canaryText, type Head } from './format.ts';
import { readBackup } from './read.ts';
import { tableNames, tablesOf } from './tables.ts';

interface RestoreOptions {
  /** Whether an installation that the database holds is deleted for it. */
  replace: boolean;
  /** Whether the tables that are there hold what must not be lost. */
  isInUse: (runner: QueryRunner, tables: readonly string[]) => Promise<boolean>;
  /** What must be done besides, in the same transaction, once every row is there. */
  after: (runner: QueryRunner, head: Head) => Promise<void>;
}

/** Well below what either engine takes in one statement. */
const mostParameters = 20_000;
const mostRows = 500;

/**
 * Puts a backup in place of what a database holds: all of it or nothing. The file is read twice, so that a damaged one
 * is refused before anything is changed. The schema becomes that of the backup, and then the present one.
 * @throws backup.unreadable, .damaged, .newer, .otherKeys, .notEmpty; the engine's error
 */
export async function restoreBackup(
  database: Whole,
  storage: Storage,
  keyring: Keyring,
  path: string,
  { replace, isInUse, after }: RestoreOptions,
): Promise<{ head: Head; rows: number }> {
  const head = await judged(path, keyring);
  const migrations = migrationsOf(head, storage);
  const rows = await database.change(migrations, async (runner, to) => {
    await empty(runner, replace, isInUse);
    const executor = new MigrationExecutor(to, runner);
    executor.transaction = 'none';
    await executor.executePendingMigrations();
    // Rows that the migrations themselves have put in are in the backup too.
    for (const { name } of (await tablesOf(runner)).toReversed()) await runner.query(`DELETE FROM ${quoted(name)}`);
    const count = await fill(runner, path, keyring, head.id);
    await after(runner, head);
    return count;
  });
  await database.migrate();
  return { head, rows };
}

/** Reads the whole file once. With another keyring its end would not agree either, so the canary is asked first. */
async function judged(path: string, keyring: Keyring): Promise<Head> {
  let head: Head | undefined;
  for await (const entry of readBackup(path, keyring)) {
    if (entry.kind !== 'head') continue;
    head = entry.head;
    requireKeys(head, keyring);
  }
  if (!head) throw backupErrors('backup.damaged', { field: 'file', values: { path } });
  return head;
}

function requireKeys({ canary }: Head, keyring: Keyring): void {
  try {
    if (createSeal(keyring).unseal(canary, canaryPlace) === canaryText) return;
  } catch (error) {
    throw backupErrors('backup.otherKeys', { cause: error });
  }
  throw backupErrors('backup.otherKeys');
}

/** The migrations that the backup had seen: those of this release, as far as they go. */
function migrationsOf({ migrations }: Head, storage: Storage): Storage['migrations'] {
  const known = storage.migrations.slice(0, migrations.length);
  const names = known.map((migration) => migration.name);
  const stranger = migrations.find((name, i) => name !== names[i]);
  if (stranger !== undefined) throw backupErrors('backup.newer', { values: { migration: stranger } });
  return known;
}

async function empty(runner: QueryRunner, replace: boolean, isInUse: RestoreOptions['isInUse']): Promise<void> {
  const names = await tableNames(runner);
  if (!replace && (await isInUse(runner, names))) throw backupErrors('backup.notEmpty');
  const cascade = runner.connection.options.type === 'postgres' ? ' CASCADE' : '';
  for (const name of [...names, 'migrations']) await runner.query(`DROP TABLE IF EXISTS "${name}"${cascade}`);
}

/** @param id of the backup that was judged: another that has taken its place since is refused */
async function fill(runner: QueryRunner, path: string, keyring: Keyring, id: string): Promise<number> {
  let count = 0;
  let into: { table: string; columns: string[] } | undefined;
  let waiting: unknown[][] = [];
  const flush = async (): Promise<void> => {
    if (into && waiting.length > 0) await insert(runner, into, waiting);
    count += waiting.length;
    waiting = [];
  };
  for await (const entry of readBackup(path, keyring)) {
    if (entry.kind === 'head' && entry.head.id !== id)
      throw backupErrors('backup.damaged', { field: 'file', values: { path } });
    if (entry.kind === 'table') {
      await flush();
      into = entry;
    } else if (entry.kind === 'row') {
      waiting.push(entry.row);
      if (waiting.length >= Math.min(mostRows, Math.floor(mostParameters / entry.row.length))) await flush();
    }
  }
  await flush();
  return count;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function insert(
  runner: QueryRunner,
  { table, columns }: { table: string; columns: string[] },
  rows: unknown[][],
): Promise<void> {
  const postgres = runner.connection.options.type === 'postgres';
  let at = 0;
  const places = rows.map((row) => `(${row.map(() => (postgres ? `$${++at}` : '?')).join(', ')})`).join(', ');
  const values = rows.flat().map((value) => (!postgres && typeof value === 'boolean' ? Number(value) : value));
  await runner.query(`INSERT INTO ${quoted(table)} (${columns.map(quoted).join(', ')}) VALUES ${places}`, values);
}
