import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, EntityManager } from 'typeorm';
import { migrate, opened } from './migrate.ts';
import { type Raw, rawOf, whenUnlocked } from './raw.ts';
import type { Storage } from './source.ts';
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

/** Units that may share one COMMIT: more would only make the first of them wait. */
const groupSize = 64;

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
    const writer = await opened(path, storage);
    try {
      await migrate(writer);
      rawOf(writer).pragma('busy_timeout = 0'); // the door waits for a lock by itself, without stopping the process
      return new Database(writer, await opened(path, storage, true));
    } catch (error) {
      await writer.destroy();
      throw error;
    }
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
            for (const effect of store.afterCommit) harmless(effect);
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
    return rawOf(this.#writer).pragma('data_version', { simple: true }) as number;
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

  async #drain(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve)); // lets units of the same turn gather
    while (this.#queue.length) await this.#commit(this.#queue.splice(0, groupSize));
    this.#draining = null; // in the same turn as the last look at the queue
  }

  /** Never throws: every unit of the group is answered, one way or the other. */
  async #commit(group: Waiting[]): Promise<void> {
    const raw = rawOf(this.#writer);
    try {
      if (raw.inTransaction) raw.exec('ROLLBACK'); // what an earlier group could not undo, such as for a disk's error
      await whenUnlocked(() => raw.exec('BEGIN IMMEDIATE'));
      const answers: (() => void)[] = [];
      for (const waiting of group) answers.push(await this.#savepoint(raw, waiting));
      raw.exec('COMMIT');
      for (const answer of answers) answer();
    } catch (error) {
      undo(raw);
      for (const waiting of group) waiting.reject(error); // the COMMIT failed: nobody is told yes
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

/** A ROLLBACK that fails is tried again before the next group: the error that led to it is what callers hear. */
function undo(raw: Raw): void {
  try {
    if (raw.inTransaction) raw.exec('ROLLBACK');
  } catch {
    // Nothing of it was committed, and nobody was told so.
  }
}

/** What is committed is answered as committed, also when an effect breaks its promise not to throw. */
function harmless(effect: () => void): void {
  try {
    effect();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}
