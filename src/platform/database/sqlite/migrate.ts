import type { DataSource } from 'typeorm';
import { rawOf, whenUnlocked } from './raw.ts';
import type { Storage } from '../storage.ts';
import { sqliteSource } from './source.ts';

/** Opens a data source; another process that has just made the file may hold it for a moment. */
export const opened = (path: string, storage: Storage, readOnly = false): Promise<DataSource> =>
  whenUnlocked(() => sqliteSource(path, storage, readOnly).initialize());

/**
 * Brings the schema up to date: all the missing migrations or none. What is missing is asked under the write lock, so
 * that of several processes that start at once one migrates, and the others find it done.
 * @returns the names of the migrations that ran
 * @throws the migration's or the engine's error, after everything is undone
 */
export async function migrate(writer: DataSource): Promise<string[]> {
  const runner = writer.createQueryRunner(); // a SQLite data source has only one: the migrations run in it too
  const raw = rawOf(writer);
  raw.pragma('foreign_keys = OFF'); // SQLite changes a table by making it anew, and ignores this in a transaction
  try {
    await whenUnlocked(() => runner.startTransaction());
    try {
      const ran = await writer.runMigrations({ transaction: 'none' });
      await runner.commitTransaction();
      return ran.map(({ name }) => name);
    } catch (error) {
      if (raw.inTransaction) await runner.rollbackTransaction();
      throw error;
    }
  } finally {
    raw.pragma('foreign_keys = ON');
  }
}

/** `migrate`, for whoever wants nothing else of the database. */
export async function migrateFile(path: string, storage: Storage): Promise<string[]> {
  const writer = await opened(path, storage);
  try {
    return await migrate(writer);
  } finally {
    await writer.destroy();
  }
}
