import type { Socket } from 'node:net';
import { type ClientBase, type ClientConfig, type CustomTypesConfig, type Pool, types as parsers } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import type { Storage } from '../storage.ts';
import { type Address, readAddress } from './address.ts';

/** Connections of each kind that one process holds at most: more would only wait for the server's processors. */
const poolSize = 10;
/** How long a statement waits for somebody else's lock; how long a transaction may stand still. */
const lockMs = 10_000;
const idleMs = 60_000;

/** How long a server waits for one answer, on either of its data sources: longer than for a lock where it writes. */
export const answerMs = { read: 5_000, write: 25_000 };
/** The server ends what is overdue a little sooner itself: else it would go on when nobody waits for it any more. */
const endedMs = answerMs.read - 500;

/** PostgreSQL's int8 is exact in a number up to 2^53, and nothing here counts further. */
const int8 = 20;
const types: CustomTypesConfig = {
  getTypeParser: ((oid: never, format: never): unknown =>
    oid === int8 && format !== 'binary' ? Number : parsers.getTypeParser(oid, format)) as typeof parsers.getTypeParser,
};

/** What a client of `pg` is made with. @param endedAfterMs the server's own limit of a statement; 0 for none */
export function clientOptions(address: Address, node: string, readOnly: boolean, endedAfterMs = 0): ClientConfig {
  const { host, port, user, password, database, ssl, connectSeconds } = address;
  const server = [
    `lock_timeout=${lockMs}`,
    `idle_in_transaction_session_timeout=${idleMs}`,
    'client_encoding=UTF8',
    ...(readOnly ? ['default_transaction_read_only=on'] : []),
    ...(endedAfterMs > 0 ? [`statement_timeout=${endedAfterMs}`] : []),
  ];
  return {
    host,
    port,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    database,
    ssl,
    connectionTimeoutMillis: connectSeconds * 1000,
    keepAlive: true,
    application_name: node,
    options: [address.options, ...server.map((setting) => `-c ${setting}`)].filter(Boolean).join(' '),
    types,
  };
}

/**
 * Closes a connection on which an answer is overdue: a network that swallows what is sent closes nothing by itself. The
 * driver's own limit would only stop waiting, and give the connection to the next.
 */
const closeWhenSilent =
  (mostMs: number) =>
  (client: ClientBase): void => {
    const its = client as unknown as { connection: { stream: Socket }; readyForQuery: boolean };
    const { stream } = its.connection;
    stream.setTimeout(mostMs, () => {
      if (!its.readyForQuery) stream.destroy();
    });
  };

/**
 * A data source for the database at this address.
 * @param node by what the server, and other processes, tell this process's connections from others
 * @param readOnly the second data source of a server, on which nothing can be written
 * @param mostMs how long it waits for an answer; without it for ever, as whoever migrates or makes a backup must
 */
export function postgresSource(
  url: string,
  storage: Storage,
  node: string,
  readOnly = false,
  mostMs?: number,
): DataSource {
  const options = clientOptions(readAddress(url), node, readOnly, readOnly && mostMs !== undefined ? endedMs : 0);
  return new DataSource({
    type: 'postgres',
    database: options.database!,
    ...storage,
    synchronize: false,
    migrationsTransactionMode: 'each',
    installExtensions: false,
    extra: { ...options, max: poolSize, ...(mostMs !== undefined && { onConnect: closeWhenSilent(mostMs) }) },
    // A connection that breaks while nobody uses it is made anew when somebody does.
    poolErrorHandler: () => {},
  });
}

/** The pool under a data source that is initialised. */
export const poolOf = (dataSource: DataSource): Pool => (dataSource.driver as unknown as { master: Pool }).master;

/** Gives a runner's connection back; with an error it is closed, and not used again. */
export const giveBack = (runner: QueryRunner, error?: Error): Promise<void> =>
  (runner as unknown as { releasePostgresConnection: (error?: Error) => Promise<void> }).releasePostgresConnection(
    error,
  );
