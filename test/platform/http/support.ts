import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { RequestListener } from 'node:http';
import { createLog } from '../../../src/platform/log/log.ts';
import { createMetrics } from '../../../src/platform/metrics/metrics.ts';
import type { Limits } from '../../../src/platform/http/limits.ts';
import type { HotRoute } from '../../../src/platform/http/route.ts';
import { createHttpServer } from '../../../src/platform/http/server.ts';
import type { Streams } from '../../../src/platform/http/streams.ts';
import type { Tls } from '../../../src/platform/http/tls.ts';

interface Options {
  hot?: HotRoute[];
  app?: RequestListener;
  streams?: Streams;
  limits?: Partial<Limits>;
  trustedProxies?: string[];
  tls?: Tls | null;
}

/** A server on a free port, with its log in memory. */
export async function startServer(options: Options = {}) {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const log = createLog({ level: 'info', destination: { write } });
  const metrics = createMetrics();
  const { hot = [], app = (_req, res) => res.writeHead(404).end(), trustedProxies = [], ...rest } = options;
  const server = createHttpServer({
    config: { host: '127.0.0.1', port: 0, trustedProxies },
    log,
    metrics,
    hot,
    app,
    ...rest,
  });
  const port = await server.listen();
  return { ...server, port, url: `http://127.0.0.1:${port}`, lines, log, metrics };
}

/** A hot route for any method at `path`. */
export const route = (path: string, handle: HotRoute['handle']): HotRoute => ({
  name: `test ${path}`,
  matches: (_method, asked) => asked === path,
  handle,
});

/** A connection on which the test writes bytes by itself. */
export async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** All that the server sends until it closes the connection. */
export async function everything(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}
