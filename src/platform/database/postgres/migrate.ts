import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import type { Storage } from '../storage.ts';
import { lockAlone } from './locks.ts';
import { requireServer } from './server.ts';
import { poolOf, postgresSource } from './source.ts';

/** The name of the lock that one process holds while it migrates. */
const lockName = 'carillon migrations';

/**
 * Brings the schema up to date: all the missing migrations or none, in one transaction. What is missing is asked under
 * a lock of the whole database, so that of several processes that start at once one migrates, and the others find it
 * done.
 * @returns the names of the migrations that ran
 * @throws the migration's or the engine's error, after everything is undone
 */
export async function migratePostgres(source: DataSource): Promise<string[]> {
  const runner = source.createQueryRunner();
  try {
    await runner.startTransaction();
    await runner.query('SET LOCAL lock_timeout = 0'); // whoever migrates may take long
    await runner.query(`SELECT ${lockAlone(lockName)}`);
    const executor = new MigrationExecutor(source, runner);
    executor.transaction = 'none';
    const ran = await executor.executePendingMigrations();
    if (ran.length > 0) await compareByBytes(runner);
    await runner.commitTransaction();
    return ran.map(({ name }) => name);
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
    throw error;
  } finally {
    await runner.release();
  }
}

/** `migratePostgres`, for whoever wants nothing else of the database. */
export async function migratePostgresAt(url: string, storage: Storage): Promise<string[]> {
  const source = await postgresSource(url, storage, 'carillon migrate').initialize();
  try {
    await requireServer(poolOf(source));
    return await migratePostgres(source);
  } finally {
    await source.destroy();
  }
}

interface TextColumn {
  table: string;
  column: string;
  type: string;
}

/** Text compares and sorts by its bytes, as on SQLite, whatever the database's own collation is. */
async function compareByBytes(runner: QueryRunner): Promise<void> {
  const columns = (await runner.query(textColumns)) as TextColumn[];
  for (const [table, its] of Map.groupBy(columns, (each) => each.table)) {
    const changes = its.map(({ column, type }) => `ALTER COLUMN "${column}" TYPE ${type} COLLATE "C"`);
    await runner.query(`ALTER TABLE "${table}" ${changes.join(', ')}`);
  }
}

/** The text columns of our tables that a migration made without saying how they compare. */
const textColumns = `
  SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS "type"
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_collation l ON l.oid = a.attcollation
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> 'migrations'
    AND a.attnum > 0 AND NOT a.attisdropped AND l.collname <> 'C'
  ORDER BY 1, a.attnum`;
