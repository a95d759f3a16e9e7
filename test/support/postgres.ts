import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { Database } from '../../src/platform/database/database.ts';
import { storage } from '../../src/storage/storage.ts';
import { until } from './until.ts';

/** Debian has each major version in a folder of its own. */
const versions = '/usr/lib/postgresql';
const keeper = fileURLToPath(new URL('postgres-keeper.ts', import.meta.url));
const template = 'migrated';
const patienceMs = 60_000;

const programs = (): string | null => {
  const found = existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')) : [];
  return (
    found
      .filter((bin) => existsSync(join(bin, 'initdb')))
      .toSorted()
      .at(-1) ?? null
  );
};

/** Whether there is a PostgreSQL to test with; without one its suites skip, and CI does not let that pass. */
export const isPostgresHere = (): boolean => programs() !== null;

/**
 * To be called in a suite's first `before`: starts the run's server, which may take its time on a busy machine; without
 * PostgreSQL the suite is skipped.
 */
export async function needPostgres(suite: Mocha.Context): Promise<void> {
  if (!isPostgresHere()) suite.skip();
  suite.timeout(patienceMs);
  await startCluster();
}

const runFolder = (): string => process.env['TEST_RUN_FOLDER'] ?? '';
const clusterFolder = (): string => join(runFolder(), 'pg');
let made = 0;

/** The address of a database of this run's own server. */
export const addressOf = (database: string): string => `postgres://postgres@/${database}?host=${clusterFolder()}`;

/** A fresh database with Carillon's schema. @returns its address */
export const migratedDatabase = (): Promise<string> => newDatabase(`TEMPLATE ${template} STRATEGY wal_log`);

/** A fresh database with nothing in it. @param how words for CREATE DATABASE */
export const emptyDatabase = (how = 'TEMPLATE template0'): Promise<string> => newDatabase(how);

async function newDatabase(how: string): Promise<string> {
  await startCluster();
  const name = `test_${process.pid}_${++made}`;
  await asPostgres(`CREATE DATABASE "${name}" ${how}`);
  return addressOf(name);
}

/** Runs a statement as the server's owner, outside any database of a test. */
export async function asPostgres(statement: string, database = 'postgres'): Promise<object[]> {
  const client = new Client({ host: clusterFolder(), user: 'postgres', database });
  await client.connect();
  try {
    return (await client.query<object>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Starts the run's one server, the first time that somebody needs it; mocha's workers share it. */
async function startCluster(): Promise<void> {
  const ready = join(runFolder(), 'pg.ready');
  if (existsSync(ready)) return;
  const lock = join(runFolder(), 'pg.lock');
  try {
    mkdirSync(lock);
  } catch {
    await until(() => existsSync(ready) || !existsSync(lock), patienceMs);
    if (!existsSync(ready)) throw new Error('the PostgreSQL server of this test run could not be started');
    return;
  }
  try {
    await start();
    writeFileSync(ready, '');
  } catch (error) {
    rmdirSync(lock);
    throw error;
  }
}

/** The rights with which PostgreSQL must run here; none when they are this process's own. */
export interface Owner {
  uid?: number;
  gid?: number;
}

/**
 * Makes a cluster in a folder of its own, below the run's.
 * @returns the program that serves it, and as whom: PostgreSQL refuses to run as root
 */
export function makeCluster(folder: string): { program: string; owner: Owner } {
  const bin = programs()!;
  mkdirSync(folder, { mode: 0o700, recursive: true });
  // Debian's package has made a user for it, who must reach the folder.
  const owner: Owner = process.getuid?.() === 0 ? ownerOf() : {};
  if (owner.uid !== undefined && owner.gid !== undefined) {
    chmodSync(runFolder(), 0o711);
    chownSync(folder, owner.uid, owner.gid);
  }
  const initdb = ['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'];
  execFileSync(join(bin, 'initdb'), [...initdb, '--no-sync', '--no-instructions'], {
    stdio: 'pipe',
    cwd: '/',
    ...owner,
  });
  return { program: join(bin, 'postgres'), owner };
}

async function start(): Promise<void> {
  const folder = clusterFolder();
  const { program, owner } = makeCluster(folder);
  const whose = owner.uid === undefined ? [] : [String(owner.uid), String(owner.gid)];
  const run = process.env['TEST_RUN_PID'] ?? String(process.pid);
  const child = spawn(process.execPath, [keeper, program, folder, run, ...whose], {
    stdio: 'ignore',
    detached: true,
    cwd: '/',
  });
  child.unref();
  writeFileSync(join(runFolder(), 'pg.pid'), String(child.pid));
  await until(() => asPostgres('SELECT 1').catch(() => null), patienceMs);
  await asPostgres(`CREATE DATABASE "${template}" TEMPLATE template0`);
  const db = await Database.open(addressOf(template), storage);
  await db.close();
}

function ownerOf(): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}
