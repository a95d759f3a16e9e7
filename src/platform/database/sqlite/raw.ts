import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';

/** What is used of better-sqlite3's statements. */
export interface Statement {
  /** Whether it gives rows. */
  readonly reader: boolean;
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): unknown;
  pluck(): { get(): unknown };
}

/** What is used of better-sqlite3's connection: TypeORM's own transactions lose count when SQLite ends one. */
export interface Raw {
  readonly inTransaction: boolean;
  exec(text: string): unknown;
  prepare(text: string): Statement;
  pragma(text: string, options?: { simple: true }): unknown;
}

/** How long somebody waits for another process's lock before it fails. */
const lockedMs = 10_000;

/** The connection under a data source that is initialised. */
export const rawOf = (dataSource: DataSource): Raw =>
  (dataSource.driver as unknown as { databaseConnection: Raw }).databaseConnection;

/**
 * Calls `attempt` until no other process's lock is in its way; between two tries the event loop is free.
 * @throws the engine's SQLITE_BUSY after ten seconds; whatever else `attempt` throws, at once
 */
export async function whenUnlocked<T>(attempt: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + lockedMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await pause(20);
    }
  }
}

/** TypeORM wraps the engine's error in one of its own, and copies the code onto it. */
const isBusy = (error: unknown): boolean => (error as { code?: string }).code?.startsWith('SQLITE_BUSY') === true;
