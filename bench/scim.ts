// SCIM writes: creates and deactivations over keep-alive connections, beside what this disk commits at best.
// Run: npm run bench:scim [seconds] [connections,…]; on an empty PostgreSQL database with BENCH_DATABASE_URL=postgres://…
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Client } from 'pg';
import { createScimKey } from '../src/directory/scim/keys/keys.ts';
import { scimRoute } from '../src/directory/scim/route.ts';
import { readAddress } from '../src/platform/database/postgres/address.ts';
import { clientOptions } from '../src/platform/database/postgres/source.ts';
import { createHttpServer } from '../src/platform/http/server.ts';
import { testCompany } from '../test/support/company.ts';
import { testConfig, testHouse } from '../test/support/house.ts';
import type { Load, Measured } from './scim-load.ts';
import { percentile } from './table.ts';

const [seconds = '10', connections = '1,8,55'] = process.argv.slice(2);
const databaseUrl = process.env['BENCH_DATABASE_URL'];
const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));

/** Commits a second of one row each, on the same server, or on an empty file with the same settings. */
async function bareCommits(): Promise<number> {
  if (!databaseUrl) return bareFileCommits();
  const client = new Client(clientOptions(readAddress(databaseUrl), 'bench', false));
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS bare_commits (text text)');
  const began = performance.now();
  let count = 0;
  for (; performance.now() - began < 2000; count++) {
    await client.query({ name: 'bare', text: 'INSERT INTO bare_commits VALUES ($1)', values: ['x'.repeat(500)] });
  }
  await client.end();
  return (count * 1000) / (performance.now() - began);
}

function bareFileCommits(): number {
  const db = new Sqlite(join(folder, 'bare.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, text TEXT)');
  const insert = db.prepare('INSERT INTO t (text) VALUES (?)');
  const began = performance.now();
  let count = 0;
  for (; performance.now() - began < 2000; count++) insert.run('x'.repeat(500));
  db.close();
  return (count * 1000) / (performance.now() - began);
}

/** The load comes from a process of its own, so that it does not share the server's event loop. */
function measured(load: Load): Promise<Measured> {
  const child = fork(new URL('./scim-load.ts', import.meta.url));
  return new Promise<Measured>((resolve, reject) => {
    child.on('message', (answer: { measured?: Measured; error?: string }) =>
      answer.measured ? resolve(answer.measured) : reject(new Error(answer.error)),
    );
    child.on('exit', () => reject(new Error('the load ended early')));
    child.send(load);
  }).finally(() => child.kill());
}

function line(what: string, count: number, times: readonly number[], span: number, floor: number): string {
  const rate = times.length / span;
  return [
    what.padEnd(16),
    String(count).padStart(11),
    rate.toFixed(0).padStart(8),
    percentile(times, 0.5).toFixed(1).padStart(9),
    percentile(times, 0.99).toFixed(1).padStart(9),
    `${((100 * rate) / floor).toFixed(0)} %`.padStart(10),
  ].join(' ');
}

const house = await testHouse(
  testConfig({ scimRate: 1_000_000, logLevel: 'info', ...(databaseUrl && { databaseUrl }) }, folder),
);
try {
  const acme = await testCompany(house);
  const { token } = await createScimKey(house.ground, acme.scope, { name: 'bench' });
  const { config, log } = house.ground;
  const app = (): void => undefined;
  const server = createHttpServer({ config, log, metrics: house.metrics, hot: [scimRoute(house)], app });
  const baseUrl = `http://127.0.0.1:${await server.listen()}/scim/v2`;
  process.stdout.write(
    `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Node ${process.version}, ${seconds} s a row\n\n`,
  );
  process.stdout.write('                 connections    ops/s    p50 ms    p99 ms   of floor\n');
  await measured({ baseUrl, token, connections: 8, seconds: 2, run: 'warm' });
  for (const count of connections.split(',').map(Number)) {
    const floor = await bareCommits();
    const load = { baseUrl, token, connections: count, seconds: Number(seconds), run: `run${count}` };
    const before = process.cpuUsage();
    const { creates, deactivations, seconds: span } = await measured(load);
    const { user, system } = process.cpuUsage(before);
    const cpu = (user + system) / 1000 / (creates.length + deactivations.length);
    process.stdout.write(`${'bare commit'.padEnd(16)} ${'1'.padStart(11)} ${floor.toFixed(0).padStart(8)}\n`);
    process.stdout.write(`${line('create', count, creates, span, floor)}\n`);
    process.stdout.write(`${line('deactivate', count, deactivations, span, floor)}\n`);
    process.stdout.write(`${line('both', count, [...creates, ...deactivations], span, floor)}\n`);
    process.stdout.write(`${cpu.toFixed(2)} ms of the server’s processor time a request\n\n`);
  }
  await server.stop();
} finally {
  await house.stop();
  rmSync(folder, { recursive: true });
}
