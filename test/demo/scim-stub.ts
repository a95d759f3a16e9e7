import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { portOf } from '../support/port.ts';

export interface Recorded {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: unknown;
}

type Stored = Record<string, unknown> & { id: string };

export interface ScimStub {
  baseUrl: string;
  requests: Recorded[];
  /** `METHOD path`, with ids as given: what most tests compare. */
  lines(): string[];
  /** The next answers, instead of the stub's own. */
  next: { status: number; headers?: Record<string, string>; body?: unknown }[];
  /** Forgets the requests so far. */
  clear(): void;
  close(): Promise<void>;
}

/** A SCIM server just clever enough to be pushed to: it keeps what is posted, finds it, and records every request. */
export async function startScimStub(): Promise<ScimStub> {
  const requests: Recorded[] = [];
  const next: ScimStub['next'] = [];
  const kept: Record<string, Stored[]> = { Users: [], Groups: [] };
  const answer = ({ method, path, body }: Recorded): { status: number; body?: unknown } => {
    const url = new URL(path, 'http://stub');
    const [, , , kind = '', id] = url.pathname.split('/');
    const rows = kept[kind] ?? [];
    if (method === 'POST') {
      const made = { ...(body as object), id: `${kind.toLowerCase()}-${rows.length + 1}` };
      rows.push(made);
      return { status: 201, body: made };
    }
    if (id === undefined) {
      const wanted = /eq "(.*)"$/.exec(url.searchParams.get('filter') ?? '')?.[1];
      const found = rows.filter(
        (row) => wanted === undefined || row['userName'] === wanted || row['displayName'] === wanted,
      );
      const page = { totalResults: found.length, startIndex: 1, itemsPerPage: found.length, Resources: found };
      return { status: 200, body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], ...page } };
    }
    const row = rows.find((each) => each.id === id);
    if (!row) return { status: 404, body: { detail: 'gone', status: '404' } };
    if (method === 'PUT') Object.assign(row, body);
    return method === 'PATCH' && kind === 'Groups' ? { status: 204 } : { status: 200, body: row };
  };
  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8');
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      const recorded = { method: req.method ?? '', path: req.url ?? '', headers: req.headers, body };
      requests.push(recorded);
      const reply: ScimStub['next'][number] = next.shift() ?? answer(recorded);
      res.writeHead(reply.status, { 'content-type': 'application/scim+json', ...reply.headers });
      res.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${portOf(server)}/scim/v2`,
    requests,
    lines: () => requests.map(({ method, path }) => `${method} ${path.replace('/scim/v2', '')}`),
    next,
    clear: () => void requests.splice(0),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
