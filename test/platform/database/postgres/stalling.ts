import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { portOf } from '../../../support/port.ts';

/** A network between Carillon and its PostgreSQL server that can be told to swallow everything. */
export interface StallingNetwork {
  /** The same database, through this network. */
  url: string;
  /** From now on nothing passes, and no connection is closed. */
  stall: () => void;
  /** What is sent passes again; `lost`: but nothing on the connections that were stalled. */
  recover: (how?: 'lost') => void;
  /** How many connections are open. */
  connections: () => number;
  close: () => Promise<void>;
}

/** @param url a database of the test run's own server */
export async function stallingNetwork(url: string): Promise<StallingNetwork> {
  const [, database, folder] = /^postgres:\/\/postgres@\/(\w+)\?host=(.+)$/.exec(url) ?? [];
  const sockets = new Set<Socket>();
  let stalled = false;
  const server = createServer((client) => {
    const upstream = connect(join(folder!, '.s.PGSQL.5432'));
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('data', (chunk) => to.write(chunk));
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (stalled) from.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `postgres://postgres@127.0.0.1:${portOf(server)}/${database}`,
    stall: () => {
      stalled = true;
      for (const socket of sockets) socket.pause();
    },
    recover: (how) => {
      stalled = false;
      if (how !== 'lost') for (const socket of sockets) socket.resume();
    },
    connections: () => sockets.size / 2,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
