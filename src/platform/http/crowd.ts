import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Limits } from './limits.ts';

/** Idle connections are closed for newcomers this often at most: looking through all of them costs time. */
const makeRoomMs = 1_000;

/** Keeps connections that nothing is done on from those who want something. */
export function boundConnections(server: Server, { silentMs }: Pick<Limits, 'silentMs'>): void {
  // Of who takes an answer so slowly that nothing moves, Node knows no end by itself.
  server.setTimeout(silentMs);
  let last = -makeRoomMs;
  server.on('drop', () => {
    if (performance.now() - last < makeRoomMs) return;
    last = performance.now();
    server.closeIdleConnections();
  });
}

/**
 * Counts what one connection asks before it is answered. Node reads on within the bytes that came together, so a few
 * kilobytes of requests would else become megabytes of answers that wait for each other.
 * @returns whether the request may be handled; else its connection is cut
 */
export function boundPipelines(most: number): (socket: Socket, res: ServerResponse) => boolean {
  const waiting = new WeakMap<Socket, number>();
  return (socket, res) => {
    const count = (waiting.get(socket) ?? 0) + 1;
    if (socket.destroyed || count > most) {
      socket.destroy();
      return false;
    }
    waiting.set(socket, count);
    res.on('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    return true;
  };
}
