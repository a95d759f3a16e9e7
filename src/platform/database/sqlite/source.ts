import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataSource } from 'typeorm';
import type { Storage } from '../storage.ts';

interface SqliteConnection {
  pragma(text: string, options?: { simple: boolean }): unknown;
  prepare(text: string): unknown;
}

/** Milliseconds that a statement may block the event loop while another process commits; the door retries after that. */
const busyMs = 200;

/**
 * A data source for the one database that `path` names (a SQLite file).
 * @param readOnly the second data source of a server, on which nothing can be written
 */
export function sqliteSource(path: string, storage: Storage, readOnly = false): DataSource {
  mkdirSync(dirname(path), { recursive: true });
  return new DataSource({
    type: 'better-sqlite3',
    database: path,
    ...storage,
    synchronize: false,
    migrationsTransactionMode: 'each',
    statementCacheSize: 500,
    enableWAL: true,
    prepareDatabase: (connection: SqliteConnection) => {
      // TypeORM sends a deferred BEGIN, which another process can overtake; the door wants its lock at once.
      const prepare = connection.prepare.bind(connection);
      connection.prepare = (text) => prepare(text === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : text);
      connection.pragma('journal_mode = WAL');
      connection.pragma('synchronous = FULL');
      connection.pragma('foreign_keys = ON');
      // What is erased is to be gone from the file, keys of the trail above all, and not only from the index.
      connection.pragma('secure_delete = FAST');
      connection.pragma(`busy_timeout = ${busyMs}`);
      if (readOnly) {
        connection.pragma('query_only = ON');
        connection.pragma('mmap_size = 2147418112');
      }
    },
  });
}
