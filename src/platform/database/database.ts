import type { Engine } from './sql.ts';
import type { Storage } from './storage.ts';
import type { Reader, Writer } from './unit.ts';

/**
 * What a unit of work has to itself while it runs, on PostgreSQL: the account that it names, else the organisation.
 * SQLite's units run one after another, so each has everything to itself.
 */
export interface Hold {
  organisationId: string | null;
  accountId: string | null;
  /**
   * Whether others of the same kind may run beside it. Such a unit locks each row that it decides upon (`lockRows`),
   * and asks for the whole account by `alone` when it comes to what concerns more than those rows.
   */
  beside?: boolean;
  /** What the unit is called, at the fault points around its COMMIT. */
  name?: string;
  /**
   * Whether its answer need not wait for the disk. It outlives this process, and what is stored after it never outlives it;
   * but it may be gone, as if it had not been yet, with the power of the machine, and on PostgreSQL with its server, while this
   * process goes on: for what is then done again, and nothing that anybody remembers.
   */
  lazy?: boolean;
}

/** Of a unit that needs nothing to itself, and whose answer need not wait for the disk. */
export const lazily: Hold = { organisationId: null, accountId: null, lazy: true };

/** Something that other processes must hear of as soon as it is committed. */
export interface News {
  id: string;
  topic: string;
  subject: string;
  payload: Record<string, unknown>;
  createdAt: number;
}

/** The door to the database: every write goes through `write`, every read through `read`. */
export interface Database {
  readonly engine: Engine;

  /** Inside a unit its own view; elsewhere what is committed, on a connection that cannot write. */
  readonly read: Reader;

  /**
   * Runs a unit of work: all of it or nothing, durable when the promise resolves. Inside it nothing but SQL is
   * awaited, since a slow unit holds up others. A `write` inside a unit joins it, which is then lazy only if both are. PostgreSQL may undo a unit and run
   * it again (a deadlock, a race for one key): whatever is not SQL belongs into `afterCommit`.
   * @param hold without it the unit has nothing to itself: for single statements that decide by themselves; one that is
   * lazy may be answered before it is durable
   * @throws whatever `unit` throws, after its changes are undone; the engine's error when the COMMIT fails
   */
  write<T>(unit: (m: Writer) => Promise<T>, hold?: Hold): Promise<T>;

  /**
   * Makes sure that the unit which calls it has this account, organisation or other named thing to itself until it
   * ends. A unit that runs beside others in it is undone and run again, alone.
   */
  alone(name: string): Promise<void>;

  /** Makes a lazy unit wait for the disk after all: something that is remembered depends on it. */
  durably(): Promise<void>;

  /**
   * Registers what happens in memory once this unit is committed, before its caller is answered. It must not throw
   * and not wait: other units' answers come after it.
   */
  afterCommit(effect: () => void): void;

  /** Tells other processes something, when the unit that calls it is committed; they hear of it by `hear`. */
  tell(news: News): void;

  /** Hears what other processes told; must not throw. Gives the function that ends it. */
  hear(listener: (news: News) => void): () => void;

  /** A number that changes whenever another process may have changed what this one remembers. */
  foreignCommits(): number;

  /**
   * A number that changes whenever something may have been missed that `hear` does not tell of: whoever forgets what
   * the news name needs to forget everything only then. While the database is silent it is another each time.
   */
  gaps(): number;

  /** Lets the waiting units end, then closes every connection. */
  close(): Promise<void>;
}

/** Whether this address is a PostgreSQL server's; else it is the path of a SQLite file. */
export const isPostgres = (url: string): boolean => /^postgres(ql)?:/i.test(url);

export const Database = {
  /** Opens the database that `url` names, brings its schema up to date, and gives the door. */
  async open(url: string, storage: Storage): Promise<Database> {
    if (isPostgres(url)) return (await import('./postgres/postgres.ts')).PostgresDatabase.open(url, storage);
    return (await import('./sqlite/sqlite.ts')).SqliteDatabase.open(url, storage);
  },

  /** Brings the schema of the database that `url` names up to date. @returns the names of the migrations that ran */
  async migrate(url: string, storage: Storage): Promise<string[]> {
    if (isPostgres(url)) return (await import('./postgres/migrate.ts')).migratePostgresAt(url, storage);
    return (await import('./sqlite/migrate.ts')).migrateFile(url, storage);
  },
};
