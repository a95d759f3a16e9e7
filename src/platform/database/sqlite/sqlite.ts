import type { DataSource, EntityManager } from 'typeorm';
import { faultPoint } from '../../fault-points/fault-points.ts';
import type { Database, Hold } from '../database.ts';
import { runEffects, Units } from '../inside.ts';
import { directs } from '../run.ts';
import type { Storage } from '../storage.ts';
import type { Reader, Writer } from '../unit.ts';
import { directOn } from './direct.ts';
import { migrate, opened } from './migrate.ts';
import { type Raw, rawOf, whenUnlocked } from './raw.ts';
import { Syncs } from './syncs.ts';

interface Waiting {
  name: string | undefined;
  lazy: boolean;
  run(manager: EntityManager): Promise<() => void>;
  reject(error: unknown): void;
}

/** Units that may share one COMMIT: more would only make the first of them wait. */
const groupSize = 64;

/**
 * The door to a SQLite file.
 *
 * TypeORM has one query runner for a whole SQLite data source, so concurrent transactions would run inside each
 * other. Here units of work run one after another on the one writing connection; units that wait together share one
 * COMMIT, each in a savepoint of its own, and nobody is answered before that COMMIT is on the disk. While the disk is
 * busy with one group the next gathers.
 */
export class SqliteDatabase implements Database {
  readonly engine = 'sqlite';
  readonly #writer: DataSource;
  readonly #reader: DataSource;
  readonly #queue: Waiting[] = [];
  readonly #units = new Units();
  readonly #syncs: Syncs;
  /** Tells the group that gathers that somebody has come. */
  #arrived: (() => void) | null = null;
  #draining: Promise<void> | null = null;
  #closed = false;
  /** Asked several times in each request, so it is prepared once, and answered once a turn of the event loop. */
  #version: { get(): unknown } | null = null;
  #seen: number | null = null;

  private constructor(writer: DataSource, reader: DataSource, path: string) {
    this.#syncs = new Syncs(path);
    // From now on `Syncs` does what FULL does, in its own time; before a checkpoint SQLite still does it itself.
    rawOf(writer).pragma('synchronous = NORMAL');
    this.#writer = writer;
    this.#reader = reader;
    for (const source of [writer, reader]) directs.set(source.manager, directOn(rawOf(source)));
  }

  /** Opens the SQLite file at `path`, brings its schema up to date, and gives the door. */
  static async open(path: string, storage: Storage): Promise<SqliteDatabase> {
    const writer = await opened(path, storage);
    try {
      await migrate(writer);
      rawOf(writer).pragma('busy_timeout = 0'); // the door waits for a lock by itself, without stopping the process
      return new SqliteDatabase(writer, await opened(path, storage, true), path);
    } catch (error) {
      await writer.destroy();
      throw error;
    }
  }

  get read(): Reader {
    return this.#units.current?.manager ?? this.#reader.manager;
  }

  write<T>(unit: (m: Writer) => Promise<T>, hold?: Hold): Promise<T> {
    const inside = this.#units.current;
    if (inside) {
      inside.lazy &&= hold?.lazy ?? false;
      return unit(inside.manager);
    }
    if (this.#closed) return Promise.reject(new Error('the database is closed'));
    return new Promise<T>((resolve, reject) => {
      const { promise: turn, resolve: begin } = Promise.withResolvers<EntityManager>();
      // In the caller's context, as all that follows a promise is; to bind a function to it takes ten times as long.
      const lazy = hold?.lazy ?? false;
      const ran = turn.then((manager) => this.#units.run(manager, unit, { lazy }));
      const waiting: Waiting = {
        name: hold?.name,
        lazy,
        run: async (manager) => {
          begin(manager);
          const { value, store } = await ran;
          waiting.lazy = store.lazy;
          return () => {
            runEffects(store);
            resolve(value);
          };
        },
        reject,
      };
      this.#queue.push(waiting);
      this.#draining ??= this.#drain();
      this.#arrived?.();
    });
  }

  /** Whoever writes here is alone. */
  async alone(): Promise<void> {
    this.#units.require('alone');
  }

  async durably(): Promise<void> {
    this.#units.require('durably').lazy = false;
  }

  afterCommit(effect: () => void): void {
    this.#units.require('afterCommit').afterCommit.push(effect);
  }

  /** Other processes notice that something was committed (`foreignCommits`), and then forget everything. */
  tell(): void {
    this.#units.require('tell');
  }

  hear(): () => void {
    return () => {};
  }

  /** Changes when, and only when, another process has committed to this file. */
  foreignCommits(): number {
    if (this.#seen !== null) return this.#seen;
    this.#version ??= rawOf(this.#writer).prepare('PRAGMA data_version').pluck();
    this.#seen = this.#version.get() as number;
    setImmediate(() => {
      this.#seen = null;
    });
    return this.#seen;
  }

  gaps(): number {
    return this.foreignCommits();
  }

  /** Lets the waiting units end, then closes both connections. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
    await this.#syncs.close();
    await this.#reader.destroy();
    await this.#writer.destroy();
  }

  async #drain(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve)); // lets units of the same turn gather
    while (this.#queue.length) await this.#commit();
    this.#draining = null; // in the same turn as the last look at the queue
  }

  /** Never throws: every unit of the group is answered, one way or the other. */
  async #commit(): Promise<void> {
    const raw = rawOf(this.#writer);
    const group = this.#queue.splice(0, groupSize);
    try {
      this.#syncs.requireWhole();
      if (raw.inTransaction) raw.exec('ROLLBACK'); // what an earlier group could not undo, such as for a disk's error
      await whenUnlocked(() => raw.exec('BEGIN IMMEDIATE'));
      const answers: (() => void)[] = [];
      for (let next = 0; ;) {
        while (next < group.length) answers.push(await this.#savepoint(raw, group[next++]!));
        if (this.#queue.length === 0) await this.#somebodyOr(this.#syncs.under);
        const more = this.#queue.splice(0, groupSize - group.length);
        if (more.length === 0) break;
        group.push(...more);
      }
      for (const { name } of group) faultPoint('commit.due', name);
      raw.exec('COMMIT');
      for (const { name } of group) faultPoint('commit.done', name);
      const answer = (): void => answers.forEach((each) => each());
      const refuse = (error: unknown): void => group.forEach((waiting) => waiting.reject(error));
      this.#syncs.add(
        { answer, refuse },
        group.every(({ lazy }) => lazy),
      );
    } catch (error) {
      undo(raw);
      for (const waiting of group) waiting.reject(error); // the COMMIT failed: nobody is told yes
    }
  }

  /** Waits until another unit has come, or the disk is done with the group before. */
  async #somebodyOr(done: Promise<void> | null): Promise<void> {
    if (!done) return;
    const somebody = new Promise<void>((resolve) => (this.#arrived = resolve));
    await Promise.race([somebody, done]);
    this.#arrived = null;
  }

  async #savepoint(raw: Raw, waiting: Waiting): Promise<() => void> {
    raw.exec('SAVEPOINT unit');
    try {
      const answer = await waiting.run(this.#writer.manager);
      raw.exec('RELEASE unit');
      return answer;
    } catch (error) {
      // A full disk makes SQLite end the transaction by itself; units after that would commit one by one.
      if (!raw.inTransaction) throw error;
      raw.exec('ROLLBACK TO unit; RELEASE unit');
      return () => waiting.reject(error);
    }
  }
}

/** A ROLLBACK that fails is tried again before the next group: the error that led to it is what callers hear. */
function undo(raw: Raw): void {
  try {
    if (raw.inTransaction) raw.exec('ROLLBACK');
  } catch {
    // Nothing of it was committed, and nobody was told so.
  }
}
