import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config/settings.ts';
import { withContext } from '../context/context.ts';
import { newId } from '../ids/ids.ts';
import type { Log } from '../log/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { clientAddressOf } from './address.ts';
import { refuse } from './errors.ts';
import { defaultLimits, refuseBroken } from './limits.ts';
import type { Limits } from './limits.ts';
import { reportError, sendError } from './reply.ts';
import { boundConnections, boundPipelines } from './crowd.ts';
import type { HotRoute } from './route.ts';
import { createStopper } from './stop.ts';
import { createStreams } from './streams.ts';
import type { Streams } from './streams.ts';
import type { Tls } from './tls.ts';

interface HttpServerOptions {
  config: Pick<Config, 'host' | 'port' | 'trustedProxies'>;
  log: Log;
  metrics: Pick<Metrics, 'request'>;
  /** Tried in order, before `app`. */
  hot: readonly HotRoute[];
  /** Express, or whatever answers the rest. */
  app: RequestListener;
  streams?: Streams;
  /** With it the server speaks https only; without, plain http. */
  tls?: Tls | null;
  limits?: Partial<Limits>;
}

export interface HttpServer {
  /** Listens, and gives the port. */
  listen: () => Promise<number>;
  /** Takes nothing new, answers what was taken, ends streams; after `limits.stop` cuts what is left. */
  stop: () => Promise<void>;
}

/** A segment `.` or `..`, plain or encoded, between separators in any spelling; or a backslash, which URL takes for one. */
const ambiguous = /\\|(?:\/|%2f|%5c)(?:\.|%2e){1,2}(?=\/|%2f|%5c|$)/i;

/**
 * The path and query that were asked for; undefined for none, and for a path that a proxy in front may resolve to
 * another than we would (RFC 3986 §5.2.4). The host in an absolute form (RFC 9112 §3.2.2) is ignored like the
 * header.
 */
function targetOf(req: IncomingMessage): URL | undefined {
  const target = req.url ?? '';
  const local = target.startsWith('/') ? target : /^https?:\/\/[^/?#]+(.*)$/i.exec(target)?.[1];
  if (local === undefined) return undefined;
  req.url = local.startsWith('/') ? local : `/${local}`;
  if (ambiguous.test(/^[^?#]*/.exec(req.url)?.[0] ?? '')) return undefined;
  return URL.parse(`http://carillon.invalid${req.url}`) ?? undefined;
}

/** The pattern of the Express route that answered: never the path itself, of which there are endlessly many. */
function expressRoute(req: IncomingMessage): string {
  const { route, baseUrl = '' } = req as { route?: { path?: unknown }; baseUrl?: string };
  return typeof route?.path === 'string' ? `${baseUrl}${route.path}` : 'none';
}

function listenError(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error {
  if (error.code === 'EADDRINUSE') return refuse('http.portTaken', { values: { port }, cause: error });
  if (error.code === 'EACCES') return refuse('http.portForbidden', { values: { host, port }, cause: error });
  return error;
}

/**
 * Carillon's HTTP server: a context, an id, limits, a line in the log and a measurement for each request.
 * The request id is always made here: one from outside could be another request's.
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { config, log, metrics, hot, app, streams = createStreams(), tls = null } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const clientAddress = clientAddressOf(config.trustedProxies);

  const answer = async (
    req: IncomingMessage,
    res: ServerResponse,
    route: HotRoute | undefined,
    url: URL | undefined,
  ): Promise<void> => {
    try {
      if (!url) throw refuse('http.badRequest');
      if (route) await route.handle(req, res, url);
      else app(req, res);
    } catch (error) {
      reportError(log, error);
      sendError(res, error);
    }
  };

  const bounds = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(1000, limits.headersMs),
    requireHostHeader: true,
  };
  const mayAsk = boundPipelines(limits.pipelined);
  const listener: RequestListener = (req, res) => {
    if (!mayAsk(req.socket, res)) return;
    const began = performance.now();
    const method = req.method ?? '';
    const url = targetOf(req);
    const path = url?.pathname ?? '';
    const route = url && hot.find((each) => each.matches(method, path));
    const context = {
      requestId: newId(),
      clientAddress: clientAddress(req),
      userAgent: (req.headers['user-agent'] ?? '').slice(0, 256),
      identity: { type: 'Anonymous', principalId: 'anonymous' } as const,
    };
    if (route?.tellsId !== true) res.setHeader('x-request-id', context.requestId);
    withContext(context, () => {
      res.on('close', () => {
        const ms = performance.now() - began;
        const name = route?.name ?? expressRoute(req);
        // 499, as proxies write it: the client left before there was an answer.
        const status = res.headersSent ? res.statusCode : 499;
        metrics.request(name, status, ms / 1000);
        log.answered({
          requestId: context.requestId,
          method,
          path: path.slice(0, 512),
          status,
          ms: Math.round(ms * 10) / 10,
          client: context.clientAddress,
        });
      });
      void answer(req, res, route, url);
    });
  };
  const server: Server = tls
    ? createTlsServer(
        { ...bounds, ...tls.identity, minVersion: 'TLSv1.2', handshakeTimeout: limits.headersMs },
        listener,
      )
    : createServer(bounds, listener);
  server.maxConnections = limits.connections;
  boundConnections(server, limits);
  server.on('clientError', refuseBroken);
  const stopAnswering = createStopper(server, streams, limits.stopMs);
  const unfollow = tls?.follow(log, (identity) => (server as TlsServer).setSecureContext(identity));

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, config)));
        server.listen(config.port, config.host, () => {
          server.removeAllListeners('error');
          resolve((server.address() as AddressInfo).port);
        });
      }),
    stop: () => {
      unfollow?.();
      return stopAnswering();
    },
  };
}
