import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { databaseErrors } from '../errors.ts';
import { changePostgres } from './migrate.ts';

/** A process that has just been stopped may take a moment until the server has noticed. */
const triesMs = [0, 100, 200, 400, 800];

/** What servers and commands call their connections, of which each always holds one; a backup's is `carillon` alone. */
const others = `SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND application_name LIKE 'carillon _%' LIMIT 1`;

/**
 * That no server and no command has the database open.
 * @throws database.inUse
 */
export async function requireAloneOnServer(on: DataSource | QueryRunner): Promise<void> {
  for (const ms of triesMs) {
    await pause(ms);
    if (((await on.query(others)) as unknown[]).length === 0) return;
  }
  throw databaseErrors('database.inUse');
}

/** `changePostgres`, alone: a server that starts meanwhile waits where it would migrate, until this is done. */
export const changeAloneOnServer = <T>(source: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> =>
  changePostgres(source, async (runner) => {
    await requireAloneOnServer(runner);
    return work(runner);
  });
