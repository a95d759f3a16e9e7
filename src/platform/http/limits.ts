import type { Duplex } from 'node:stream';

export interface Limits {
  /** All header fields of a request together. */
  headerBytes: number;
  /** Until the headers must be there. */
  headersMs: number;
  /** Until the whole request must be there. */
  requestMs: number;
  /** How long an unused connection is kept: longer than common proxies keep theirs, so that they close first. */
  keepAliveMs: number;
  /** Open at once; more are closed as they come, and unused ones with them. */
  connections: number;
  /** Requests of one connection that wait for their answers; one that asks more is cut. */
  pipelined: number;
  /** After how long a connection on which nothing moves is closed, whatever it waits for. */
  silentMs: number;
  /** How long `stop` waits for answers. */
  stopMs: number;
}

export const defaultLimits: Limits = {
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000,
  connections: 10_000,
  pipelined: 32,
  silentMs: 120_000,
  stopMs: 10_000,
};

const answers: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers what is not HTTP, too long or too slow, and closes the connection. */
export function refuseBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = answers[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
