import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { databaseErrors } from '../errors.ts';
import { changeSqlite } from './migrate.ts';
import { type Raw, rawOf } from './raw.ts';

/** A process that has just been stopped may take a moment to close the file. */
const triesMs = [0, 100, 200, 400, 800];

/** That no other process has the file open. @throws database.inUse */
export const requireAloneOnFile = (source: DataSource): Promise<void> => aloneOnFile(source, async () => undefined);

/** `changeSqlite`, alone: a server that starts meanwhile waits for the file. @throws database.inUse */
export const changeAloneOnFile = <T>(source: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> =>
  aloneOnFile(source, () => changeSqlite(source, work));

/**
 * Does something while no other process has the file open, and none can open it. In WAL mode every connection holds a
 * shared lock for as long as it is open, and leaving that mode takes the file's exclusive lock, which is then kept.
 */
async function aloneOnFile<T>(source: DataSource, work: () => Promise<T>): Promise<T> {
  const raw = rawOf(source);
  raw.pragma('locking_mode = EXCLUSIVE');
  try {
    await takeFile(raw);
    return await work();
  } finally {
    raw.pragma('locking_mode = NORMAL');
    raw.pragma('journal_mode = WAL'); // also lets the lock go
  }
}

async function takeFile(raw: Raw): Promise<void> {
  for (const ms of triesMs) {
    await pause(ms);
    try {
      if (raw.pragma('journal_mode = DELETE', { simple: true }) === 'delete') return;
    } catch (error) {
      if (!(error as { code?: string }).code?.startsWith('SQLITE_BUSY')) throw error;
    }
  }
  throw databaseErrors('database.inUse');
}
