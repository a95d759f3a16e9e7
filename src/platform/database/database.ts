import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { source, type Storage } from './source.ts';
import type { Reader, Writer } from './unit.ts';

interface Waiting {
  run(manager: EntityManager): Promise<() => void>;
  reject(error: unknown): void;
}

interface Inside {
  manager: EntityManager;
  /** False once the unit has ended: what it left running must not believe that it is still inside. */
  open: boolean;
  afterCommit: (() => void)[];
}

/** What the door uses of better-sqlite3's connection: TypeORM's own transactions lose count when SQLite ends one. */
interface Raw {
  inTransaction: boolean;
  exec(text: string): unknown;
  pragma(text: string, options: { simple: true }): unknown;
}

/** Units that may share one COMMIT: more would only make the first of them wait. */
const groupSize = 64;
/** How long a group waits for another process's lock before it fails. */
const lockedMs = 10_000;

/**
 * The door to the database: every write goes through `write`, every read through `read`.
 *
 * TypeORM has one query runner for a whole SQLite data source, so concurrent transactions would run inside each
 * other. Here units of work run one after another on the one writing connection; units that wait together share one
 * COMMIT (one fsync), each in a savepoint of its own, and nobody is answered before that COMMIT.
 */
export class Database {
  readonly #writer: DataSource;
  readonly #reader: DataSource;
  readonly #queue: Waiting[] = [];
  readonly #inside = new AsyncLocalStorage<Inside>();
  #draining: Promise<void> | null = null;
  #closed = false;

  private constructor(writer: DataSource, reader: DataSource) {
    this.#writer = writer;
    this.#reader = reader;
  }

  /** Opens the SQLite file at `path`, brings its schema up to date, and gives the door. */
  static async open(path: string, storage: Storage): Promise<Database> {
    const writer = await source(path, storage).initialize();
    await writer.runMigrations();
    const reader = await source(path, storage, true).initialize();
    return new Database(writer, reader);
  }

  /** Inside a unit its own view; elsewhere what is committed, on a connection that cannot write. */
  get read(): Reader {
    return this.#current()?.manager ?? this.#reader.manager;
  }

  /**
   * Runs a unit of work: all of it or nothing, durable when the promise resolves. Inside it nothing but SQL is
   * awaited, since a slow unit holds up every other. A `write` inside a unit joins it.
   * @throws whatever `unit` throws, after its changes are undone; the engine's error when the COMMIT fails
   */
  write<T>(unit: (m: Writer) => Promise<T>): Promise<T> {
    const inside = this.#current();
    if (inside) return unit(inside.manager);
    if (this.#closed) return Promise.reject(new Error('the database is closed'));
    return new Promise<T>((resolve, reject) => {
      const inCallersContext = AsyncLocalStorage.snapshot();
      this.#queue.push({
        run: async (manager) => {
          const store: Inside = { manager, open: true, afterCommit: [] };
          const work = inCallersContext(() => this.#inside.run(store, () => unit(manager)));
          const value = await work.finally(() => {
            store.open = false;
          });
          return () => {
            for (const effect of store.afterCommit) effect();
            resolve(value);
          };
        },
        reject,
      });
      this.#draining ??= this.#drain();
    });
  }

  /**
   * Registers what happens in memory once this unit is committed, before its caller is answered. It must not throw
   * and not wait: other units' answers come after it.
   */
  afterCommit(effect: () => void): void {
    const inside = this.#current();
    if (!inside) throw new Error('afterCommit is called inside a unit of work only');
    inside.afterCommit.push(effect);
  }

  /** A number that changes when, and only when, another process has committed to this database. */
  foreignCommits(): number {
    return this.#raw().pragma('data_version', { simple: true }) as number;
  }

  /** Lets the waiting units end, then closes both connections. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
    await this.#reader.destroy();
    await this.#writer.destroy();
  }

  #current(): Inside | undefined {
    const store = this.#inside.getStore();
    return store?.open ? store : undefined;
  }

  #raw(): Raw {
    return (this.#writer.driver as unknown as { databaseConnection: Raw }).databaseConnection;
  }

  async #drain(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve)); // lets units of the same turn gather
    while (this.#queue.length) await this.#commit(this.#queue.splice(0, groupSize));
    this.#draining = null; // in the same turn as the last look at the queue
  }

  async #commit(group: Waiting[]): Promise<void> {
    const raw = this.#raw();
    try {
      await this.#begin(raw);
      const answers: (() => void)[] = [];
      for (const waiting of group) answers.push(await this.#savepoint(raw, waiting));
      raw.exec('COMMIT');
      for (const answer of answers) answer();
    } catch (error) {
      if (raw.inTransaction) raw.exec('ROLLBACK');
      for (const waiting of group) waiting.reject(error); // the COMMIT failed: nobody is told yes
    }
  }

  async #begin(raw: Raw): Promise<void> {
    const deadline = performance.now() + lockedMs;
    for (;;) {
      try {
        raw.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error;
        await pause(20);
      }
    }
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

const isBusy = (error: unknown): boolean => (error as { code?: string }).code?.startsWith('SQLITE_BUSY') === true;
