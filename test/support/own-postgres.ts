import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { testFolder } from './folder.ts';
import { makeCluster } from './postgres.ts';
import { until } from './until.ts';

const keeper = fileURLToPath(new URL('keeper.ts', import.meta.url));
const patienceMs = 60_000;

/** Who owns the database that Carillon is given: nobody whom the server lets in whatever its limits are. */
const role = 'carillon';
const database = 'carillon';

/** A PostgreSQL server of one test's own, which may be stopped, and started again. */
export class OwnPostgres {
  readonly url: string;
  readonly #folder = testFolder();
  readonly #cluster: ReturnType<typeof makeCluster>;
  #keeper: ChildProcess | null = null;

  private constructor() {
    this.#cluster = makeCluster(this.#folder);
    this.url = `postgres://${role}@/${database}?host=${this.#folder}`;
  }

  /** With an empty database that belongs to a user without privileges. */
  static async start(): Promise<OwnPostgres> {
    const server = new OwnPostgres();
    await server.start();
    await server.ask(`CREATE ROLE ${role} LOGIN`);
    await server.ask(`CREATE DATABASE ${database} OWNER ${role} TEMPLATE template0`);
    return server;
  }

  /** Starts it, and waits until it answers. */
  async start(): Promise<void> {
    const { program, owner } = this.#cluster;
    const settings = ['listen_addresses=', `unix_socket_directories=${this.#folder}`, 'fsync=off'];
    const args = ['-D', join(this.#folder, 'data'), ...settings.flatMap((each) => ['-c', each])];
    const whose = owner.uid === undefined ? [] : [String(owner.uid), String(owner.gid)];
    this.#keeper = spawn(process.execPath, [keeper, program, JSON.stringify(args), ...whose], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await until(
      () =>
        this.ask('SELECT 1').then(
          () => true,
          () => false,
        ),
      patienceMs,
    );
  }

  /** @param how `SIGINT` ends every connection and stops; with `SIGQUIT` it is as if the server had crashed */
  async stop(how: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    if (!this.#keeper) return;
    const gone = once(this.#keeper, 'exit');
    process.kill(Number(readFileSync(join(this.#folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]), how);
    await gone;
    this.#keeper = null;
  }

  /** Runs a statement as the server's owner, whom no limit concerns. */
  async ask(statement: string): Promise<object[]> {
    const client = new Client({ host: this.#folder, user: 'postgres', database: 'postgres' });
    await client.connect();
    try {
      return (await client.query<object>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  /** Ends every connection of Carillon's. */
  cut = (): Promise<unknown> =>
    this.ask(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`);

  /** How many connections Carillon's user may have; -1: as many as there are. */
  limit = (most: number): Promise<unknown> => this.ask(`ALTER ROLE ${role} CONNECTION LIMIT ${most}`);
}
