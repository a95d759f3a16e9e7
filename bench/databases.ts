import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Client } from 'pg';
import { readAddress } from '../src/platform/database/postgres/address.ts';
import { clientOptions } from '../src/platform/database/postgres/source.ts';
import { mochaGlobalSetup, mochaGlobalTeardown } from '../test/support/hooks.ts';
import { emptyDatabase, isPostgresHere } from '../test/support/postgres.ts';
import type { Line } from './table.ts';

/** A fresh database to measure on, with a folder for the rest. */
export interface Stand {
  name: 'SQLite' | 'PostgreSQL';
  folder: string;
  databaseUrl: string;
  /** What this database commits at best: rows of half a kilobyte, one each commit, on so many connections. */
  bareCommits: (connections: number) => Promise<Line>;
}

const bareSeconds = 2;
const row = 'x'.repeat(500);

/**
 * Calls `work` with a fresh SQLite file, and then with a database of a private PostgreSQL server that writes through to
 * the disk; without PostgreSQL it says so. `BENCH_ENGINES=sqlite` or `postgres` leaves the other out.
 */
export async function onBoth(work: (stand: Stand) => Promise<void>): Promise<void> {
  const wanted = process.env['BENCH_ENGINES'] ?? 'sqlite,postgres';
  if (wanted.includes('sqlite')) await onSqlite(work);
  if (!wanted.includes('postgres')) return;
  if (!isPostgresHere()) {
    process.stdout.write('\nPostgreSQL is not installed here: left out.\n');
    return;
  }
  process.env['TEST_POSTGRES_DURABLE'] = 'yes';
  mochaGlobalSetup();
  try {
    const databaseUrl = await emptyDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
    await work({ name: 'PostgreSQL', folder, databaseUrl, bareCommits: (n) => barePostgres(databaseUrl, n) });
    await rm(folder, { recursive: true });
  } finally {
    await mochaGlobalTeardown();
  }
}

/** Calls `work` with a fresh SQLite file. */
export async function onSqlite(work: (stand: Stand) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
  const databaseUrl = join(folder, 'carillon.db');
  await work({ name: 'SQLite', folder, databaseUrl, bareCommits: async () => bareSqlite(join(folder, 'bare.db')) });
  await rm(folder, { recursive: true });
}

/** SQLite commits one after another, however many wait. */
function bareSqlite(path: string): Line {
  const db = new Sqlite(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, text TEXT)');
  const insert = db.prepare('INSERT INTO t (text) VALUES (?)');
  const times: number[] = [];
  const cpu = process.cpuUsage();
  const began = performance.now();
  for (let now = began; now - began < bareSeconds * 1000;) {
    insert.run(row);
    const after = performance.now();
    times.push(after - now);
    now = after;
  }
  const { user, system } = process.cpuUsage(cpu);
  db.close();
  return {
    what: 'floor: bare commits',
    connections: 1,
    times,
    seconds: bareSeconds,
    cpuMs: (user + system) / 1000,
  };
}

async function barePostgres(url: string, connections: number): Promise<Line> {
  const times: number[] = [];
  const clients = Array.from(
    { length: connections },
    () => new Client(clientOptions(readAddress(url), 'bench', false)),
  );
  await Promise.all(clients.map((client) => client.connect()));
  await clients[0]!.query('CREATE TABLE IF NOT EXISTS bare_commits (text text)');
  const cpu = process.cpuUsage();
  const began = performance.now();
  const run = async (client: Client): Promise<void> => {
    for (let now = began; now - began < bareSeconds * 1000;) {
      await client.query({ name: 'bare', text: 'INSERT INTO bare_commits VALUES ($1)', values: [row] });
      const after = performance.now();
      times.push(after - now);
      now = after;
    }
  };
  await Promise.all(clients.map(run));
  const { user, system } = process.cpuUsage(cpu);
  await Promise.all(clients.map((client) => client.end()));
  return { what: 'floor: bare commits', connections, times, seconds: bareSeconds, cpuMs: (user + system) / 1000 };
}
