import type { DataSource, QueryRunner } from 'typeorm';
import { isPostgres } from './database.ts';
import type { Storage } from './storage.ts';

/**
 * The database as a whole, apart from the door: what a backup reads in one moment, and a restore makes anew. Each
 * opens a data source of its own, and closes it.
 */
export interface Whole {
  /** One snapshot: every statement of `work` sees what was committed when it began. */
  snapshot<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T>;
  /** @throws database.inUse while a server, or a command, has it open */
  requireAlone(): Promise<void>;
  /**
   * One transaction that may change the schema, beside no other process: all of it or nothing.
   * @throws database.inUse while a server, or a command, has it open
   */
  change<T>(migrations: Storage['migrations'], work: (runner: QueryRunner, to: DataSource) => Promise<T>): Promise<T>;
  /** Brings the schema up to date. */
  migrate(): Promise<void>;
}

/** The whole of the database that `url` names. */
export async function wholeDatabase(url: string, storage: Storage): Promise<Whole> {
  const engine = isPostgres(url) ? await postgres(url) : await sqlite(url);
  const whileOpen = async <T>(
    what: Storage,
    readOnly: boolean,
    work: (source: DataSource) => Promise<T>,
  ): Promise<T> => {
    const source = await engine.open(what, readOnly);
    try {
      return await work(source);
    } finally {
      await source.destroy();
    }
  };
  return {
    snapshot: (work) =>
      whileOpen(storage, true, async (source) => {
        const runner = source.createQueryRunner();
        await runner.query(engine.beginSnapshot);
        try {
          return await work(runner);
        } finally {
          await runner.query('COMMIT');
          await runner.release();
        }
      }),
    requireAlone: () => whileOpen(storage, false, engine.requireAlone),
    change: (migrations, work) =>
      whileOpen({ ...storage, migrations }, false, (to) => engine.change(to, (runner) => work(runner, to))),
    migrate: () => whileOpen(storage, false, async (source) => void (await engine.migrate(source))),
  };
}

interface EngineOfWhole {
  requireAlone: (source: DataSource) => Promise<void>;
  open: (storage: Storage, readOnly: boolean) => Promise<DataSource>;
  change: <T>(to: DataSource, work: (runner: QueryRunner) => Promise<T>) => Promise<T>;
  migrate: (source: DataSource) => Promise<unknown>;
  beginSnapshot: string;
}

async function postgres(url: string): Promise<EngineOfWhole> {
  const [{ postgresSource }, { migratePostgres }, { changeAloneOnServer, requireAloneOnServer }] = await Promise.all([
    import('./postgres/source.ts'),
    import('./postgres/migrate.ts'),
    import('./postgres/alone.ts'),
  ]);
  return {
    requireAlone: requireAloneOnServer,
    open: (storage, readOnly) => postgresSource(url, storage, 'carillon', readOnly).initialize(),
    change: changeAloneOnServer,
    migrate: migratePostgres,
    beginSnapshot: 'START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY',
  };
}

async function sqlite(path: string): Promise<EngineOfWhole> {
  const [{ migrate, opened }, { changeAloneOnFile, requireAloneOnFile }] = await Promise.all([
    import('./sqlite/migrate.ts'),
    import('./sqlite/alone.ts'),
  ]);
  return {
    requireAlone: requireAloneOnFile,
    open: (storage, readOnly) => opened(path, storage, readOnly),
    change: changeAloneOnFile,
    migrate,
    beginSnapshot: 'BEGIN',
  };
}
