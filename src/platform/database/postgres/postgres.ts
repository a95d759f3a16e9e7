import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { faultPoint } from '../../fault-points/fault-points.ts';
import type { Database, Hold, News } from '../database.ts';
import { faultOf } from '../faults.ts';
import { type Inside, runEffects, Units } from '../inside.ts';
import { directs, later } from '../run.ts';
import { sql } from '../sql.ts';
import type { Storage } from '../storage.ts';
import type { Reader, Writer } from '../unit.ts';
import { readAddress } from './address.ts';
import { Line } from './line.ts';
import { beginning, lockingAlone, locksOf } from './locks.ts';
import { migratePostgresAt } from './migrate.ts';
import { Hearing } from './news.ts';
import { Reading } from './reading.ts';
import { answerMs, clientOptions, giveBack, poolOf, postgresSource } from './source.ts';
import { storeNews } from './tell.ts';

/** How often a unit is run again after a deadlock, and after it lost a race for a key. */
const mostAgain = 12;
const mostRaces = 3;

/** A unit that runs beside others asked for something that it must have to itself. */
class NotAlone extends Error {
  readonly wanted: string;

  constructor(wanted: string) {
    super(`the unit of work must run again with ${wanted} to itself`);
    this.wanted = wanted;
  }
}

/** The door to a PostgreSQL database: each unit of work is a transaction of its own. */
export class PostgresDatabase implements Database {
  readonly engine = 'postgres';
  readonly #writer: DataSource;
  readonly #reader: DataSource;
  readonly #hearing: Hearing;
  readonly #units = new Units();
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  private constructor(writer: DataSource, reader: DataSource, hearing: Hearing) {
    this.#writer = writer;
    this.#reader = reader;
    this.#hearing = hearing;
    directs.set(reader.manager, new Reading(poolOf(reader)));
  }

  /** Opens the database at `url`, brings its schema up to date, and gives the door. */
  static async open(url: string, storage: Storage): Promise<PostgresDatabase> {
    const node = `carillon ${randomBytes(6).toString('hex')}`;
    await migratePostgresAt(url, storage);
    const writer = await postgresSource(url, storage, node, false, answerMs.write).initialize();
    const open = [writer];
    try {
      const reader = await postgresSource(url, storage, node, true, answerMs.read).initialize();
      open.push(reader);
      const hearing = new Hearing(clientOptions(readAddress(url), node, true), node);
      await hearing.start();
      return new PostgresDatabase(writer, reader, hearing);
    } catch (error) {
      for (const source of open) await source.destroy();
      throw error;
    }
  }

  get read(): Reader {
    return this.#units.current?.manager ?? this.#reader.manager;
  }

  write<T>(unit: (m: Writer) => Promise<T>, hold?: Hold): Promise<T> {
    const inside = this.#units.current;
    if (inside) return hold?.lazy ? unit(inside.manager) : this.durably().then(() => unit(inside.manager));
    if (this.#closed) return Promise.reject(new Error('the database is closed'));
    const work = this.#untilDone(unit, hold).finally(() => this.#running.delete(work));
    this.#running.add(work);
    return work;
  }

  async alone(name: string): Promise<void> {
    const { alone, beside, manager } = this.#units.require('alone');
    if (alone.has(name)) return;
    // Two that share it and both want it alone would wait for each other.
    if (beside.has(name)) throw new NotAlone(name);
    await later(manager, sql`SELECT ${lockingAlone(name)}`); // what the unit reads next is as the one before left it
    alone.add(name);
  }

  async durably(): Promise<void> {
    const inside = this.#units.require('durably');
    if (!inside.lazy) return;
    await later(inside.manager, sql`SET LOCAL synchronous_commit TO DEFAULT`);
    inside.lazy = false;
  }

  afterCommit(effect: () => void): void {
    this.#units.require('afterCommit').afterCommit.push(effect);
  }

  tell(news: News): void {
    this.#units.require('tell').told.push(news);
  }

  hear(listener: (news: News) => void): () => void {
    return this.#hearing.hear(listener);
  }

  foreignCommits(): number {
    return this.#hearing.changes;
  }

  gaps(): number {
    return this.#hearing.gaps;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running);
    await this.#hearing.stop();
    await this.#reader.destroy();
    await this.#writer.destroy();
  }

  /** Runs the unit again while others are the reason that it failed: nothing of it was stored, and nobody was told. */
  async #untilDone<T>(unit: (m: Writer) => Promise<T>, hold: Hold | undefined): Promise<T> {
    const wanted = new Set<string>();
    let races = 0;
    for (let again = 0; ;) {
      try {
        return await this.#once(unit, hold, wanted);
      } catch (error) {
        if (error instanceof NotAlone) {
          wanted.add(error.wanted);
          continue;
        }
        const fault = faultOf(error);
        // Who won the race is committed: the second run finds their row, and says what a check says.
        if (fault === 'unique' && ++races <= mostRaces) continue;
        if (fault !== 'again' || ++again > mostAgain) throw error;
        await pause(Math.random() * 5 * again);
      }
    }
  }

  async #once<T>(unit: (m: Writer) => Promise<T>, hold: Hold | undefined, wanted: ReadonlySet<string>): Promise<T> {
    const runner = this.#writer.createQueryRunner();
    const line = new Line((await runner.connect()) as PoolClient);
    throughTypeOrm(runner, line);
    const locks = locksOf(hold, wanted);
    let done: { value: T; store: Inside };
    try {
      directs.set(runner.manager, line);
      for (const begin of beginning(locks, hold?.lazy)) await later(runner.manager, begin);
      // What is hot begins with its first statement; whoever is alone begins when it is.
      if (locks.alone.size > 0) await line.settled();
      done = await this.#units.run(runner.manager, unit, { ...locks, lazy: hold?.lazy ?? false });
      if (done.store.told.length > 0) await storeNews(runner.manager, done.store.told);
    } catch (error) {
      await undo(runner, line);
      throw error;
    }
    await commit(runner, line, hold?.name);
    runEffects(done.store);
    return done.value;
  }
}

/** Statements that TypeORM writes run in their turn too: after what waits to be sent. */
function throughTypeOrm(runner: QueryRunner, line: Line): void {
  const query = runner.query.bind(runner) as (...what: unknown[]) => Promise<unknown>;
  runner.query = (async (...what: unknown[]) => {
    await line.settled();
    return query(...what);
  }) as typeof runner.query;
}

/** @throws the engine's error: then nothing may be known of whether it was stored, and nobody is told yes */
async function commit(runner: QueryRunner, line: Line, name: string | undefined): Promise<void> {
  try {
    faultPoint('commit.due', name);
    const answer = line.end('COMMIT');
    faultPoint('commit.sent', name);
    const command = await answer;
    // What a unit swallowed makes the server undo everything, and say so without an error.
    if (command !== 'COMMIT') throw new Error('the transaction was undone, since one of its statements had failed');
    faultPoint('commit.done', name);
  } catch (error) {
    if (line.failure) await undo(runner, line); // a statement before the COMMIT, which therefore was not run
    else await giveBack(runner, error as Error);
    throw error;
  }
  await runner.release();
}

async function undo(runner: QueryRunner, line: Line): Promise<void> {
  line.drop();
  try {
    if (line.isUsed) await line.end('ROLLBACK');
    await runner.release();
  } catch (error) {
    await giveBack(runner, error as Error); // the server undoes it when the connection is closed
  }
}
