import { existsSync } from 'node:fs';
import { DataSource } from 'typeorm';
import { CarillonError } from '../errors/errors.ts';
import { isPostgres } from './database.ts';
import { requireServer } from './postgres/server.ts';
import { poolOf, postgresSource } from './postgres/source.ts';
import type { Engine } from './sql.ts';
import type { Storage } from './storage.ts';
import type { Reader } from './unit.ts';

/** A database as somebody finds it who only looks: nothing is made, migrated or written. */
export interface Inspected {
  engine: Engine;
  version: string;
  read: Reader;
  /** The time by the database's own clock, in milliseconds UTC. */
  now: number;
  /** What does not hold of the server, and must. */
  unfit: CarillonError | null;
  /** Names of migrations that this release has and the database has not had. */
  missing: string[];
  /** Names of migrations that the database has had and this release does not know. */
  unknown: string[];
  close: () => Promise<void>;
}

/**
 * Opens the database that `url` names for looking at it.
 * @returns null when there is no such file
 * @throws the engine's error when it cannot be opened
 */
export async function inspectDatabase(url: string, storage: Storage): Promise<Inspected | null> {
  const onServer = isPostgres(url);
  if (!onServer && !existsSync(url)) return null;
  const source = await (
    onServer ? postgresSource(url, storage, 'carillon doctor', true) : lookingAt(url, storage)
  ).initialize();
  try {
    const [server] = await source.query<{ version: string; now: number }[]>(onServer ? serverFacts : fileFacts);
    const had = await migrationsOf(source, onServer);
    const known = storage.migrations.map((migration) => new migration().name ?? migration.name);
    return {
      engine: onServer ? 'postgres' : 'sqlite',
      version: server?.version ?? '',
      read: source.manager,
      now: Math.round(Number(server?.now)),
      unfit: onServer ? await unfitOf(source) : null,
      missing: known.filter((name) => !had.includes(name)),
      unknown: had.filter((name) => !known.includes(name)),
      close: () => source.destroy(),
    };
  } catch (error) {
    await source.destroy();
    throw error;
  }
}

const serverFacts = `SELECT current_setting('server_version') AS "version", EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS "now"`;
const fileFacts = `SELECT sqlite_version() AS "version", (julianday('now') - 2440587.5) * 86400000 AS "now"`;

const lookingAt = (path: string, storage: Storage): DataSource =>
  new DataSource({ type: 'better-sqlite3', database: path, readonly: true, fileMustExist: true, ...storage });

async function migrationsOf(source: DataSource, onServer: boolean): Promise<string[]> {
  const tables = onServer
    ? `SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = 'migrations'`
    : `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'`;
  if ((await source.query<unknown[]>(tables)).length === 0) return [];
  return (await source.query<{ name: string }[]>('SELECT "name" FROM "migrations" ORDER BY "id"')).map(
    ({ name }) => name,
  );
}

async function unfitOf(source: DataSource): Promise<CarillonError | null> {
  try {
    await requireServer(poolOf(source));
    return null;
  } catch (error) {
    if (error instanceof CarillonError) return error;
    throw error;
  }
}
