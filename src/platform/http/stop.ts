import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Streams } from './streams.ts';

/** Has the connection closed once this answer is out; too late for an answer whose headers are gone. */
function closeAfter(res: ServerResponse): void {
  if (!res.headersSent) res.setHeader('connection', 'close');
}

/**
 * Gives the function that stops `server`: no new connections, every request that was taken gets its answer with
 * `Connection: close`, streams are ended, and what still hangs after `deadline` milliseconds is cut.
 */
export function createStopper(server: Server, streams: Streams, deadline: number): () => Promise<void> {
  const sockets = new Set<Socket>();
  const unasked = new Set<Socket>();
  /** A client may ask again before it is answered: after `close` Node sends no answer more, so only the last says it. */
  const last = new Map<Socket, ServerResponse>();
  let stopping: Promise<void> | undefined;

  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // What a TLS socket has read counts the handshake too: one that asked nothing is known by that.
  server.on('secureConnection', (socket: Socket) => {
    if (stopping) {
      socket.destroy();
      return;
    }
    unasked.add(socket);
    socket.once('close', () => unasked.delete(socket));
  });
  server.prependListener('request', ({ socket }: IncomingMessage, res: ServerResponse) => {
    const before = last.get(socket);
    last.set(socket, res);
    unasked.delete(socket);
    if (stopping) {
      if (before && !before.headersSent) before.removeHeader('connection');
      closeAfter(res);
    }
    res.on('close', () => {
      if (last.get(socket) === res) last.delete(socket);
      // An answer that had begun before the stop leaves its connection open: nothing else would close it.
      if (stopping) server.closeIdleConnections();
    });
  });

  const run = (): Promise<void> =>
    new Promise((resolve) => {
      const cut = setTimeout(() => server.closeAllConnections(), deadline);
      server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      for (const res of last.values()) closeAfter(res);
      streams.closeAll();
      // Node counts a connection that never said anything as busy. The tick lets bytes that are here be read first.
      setImmediate(() => {
        for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
        for (const socket of unasked) socket.destroy();
      });
    });

  return () => (stopping ??= run());
}
