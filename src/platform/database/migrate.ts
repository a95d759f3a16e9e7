import type { DataSource, QueryRunner } from 'typeorm';
import { rawOf, whenUnlocked } from './raw.ts';
import { source, type Storage } from './source.ts';

/** Opens a data source; another process that has just made the file may hold it for a moment. */
export const opened = (path: string, storage: Storage, readOnly = false): Promise<DataSource> =>
  whenUnlocked(() => source(path, storage, readOnly).initialize());

/** Opens a data source for as long as `work` takes. */
export async function whileOpen<T>(
  path: string,
  storage: Storage,
  { readOnly = false },
  work: (source: DataSource) => Promise<T>,
): Promise<T> {
  const it = await opened(path, storage, readOnly);
  try {
    return await work(it);
  } finally {
    await it.destroy();
  }
}

/**
 * Brings the schema up to date: all the missing migrations or none. What is missing is asked under the write lock, so
 * that of several processes that start at once one migrates, and the others find it done.
 * @throws the migration's or the engine's error, after everything is undone
 */
export const migrate = (writer: DataSource): Promise<void> =>
  withTransaction(writer, async () => {
    await writer.runMigrations({ transaction: 'none' }); // on the one connection that a SQLite data source has
  });

/** Runs what changes the schema in one transaction, under the write lock: all of it or nothing. */
export async function withTransaction<T>(writer: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = writer.createQueryRunner();
  const raw = rawOf(writer);
  raw.pragma('foreign_keys = OFF'); // SQLite changes a table by making it anew, and ignores this in a transaction
  try {
    await whenUnlocked(() => runner.startTransaction());
    try {
      const result = await work(runner);
      await runner.commitTransaction();
      return result;
    } catch (error) {
      if (raw.inTransaction) await runner.rollbackTransaction();
      throw error;
    }
  } finally {
    raw.pragma('foreign_keys = ON');
  }
}
