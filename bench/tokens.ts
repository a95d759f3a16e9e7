// Client-credential grants and introspections, beside bare oidc-provider with its tokens in memory, in the same run.
// Run: npm run bench -- tokens, or npm run bench:tokens [seconds] [connections,…]
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Provider } from 'oidc-provider';
import { createClient } from '../src/auth/provider/clients/clients.ts';
import { startCarillon } from '../src/main.ts';
import { testCompany } from '../test/support/company.ts';
import { testConfig } from '../test/support/house.ts';
import { freePorts, portOf } from '../test/support/port.ts';
import { drive } from './load.ts';
import { type Line, printLines } from './table.ts';
import type { Load } from './tokens-load.ts';

const [seconds = '5', connections = '1,16'] = process.argv.slice(2);
const audience = 'https://api.example/';

/** A server under test: where it is, and a client of it for each access token format. */
interface Server {
  name: string;
  origin: string;
  token: string;
  introspection: string;
  opaque: Record<string, string>;
  jwt: Record<string, string>;
  stop: () => Promise<void>;
}

async function carillon(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
  const port = await freePorts();
  const origin = `http://127.0.0.1:${port}`;
  const { house, stop } = await startCarillon(testConfig({ port, publicUrl: origin, logLevel: 'info' }, folder));
  const { scope } = await testCompany(house);
  const register = async (accessTokenFormat: string): Promise<Record<string, string>> => {
    const input = { name: accessTokenFormat, kind: 'service', accessTokenFormat, audience };
    const { client, secret } = await createClient(house, scope.organisationId, input);
    return { client_id: client.id, client_secret: secret! };
  };
  return {
    name: 'Carillon, durable',
    origin,
    token: '/oidc/token',
    introspection: '/oidc/token/introspection',
    opaque: await register('opaque'),
    jwt: await register('jwt'),
    stop: async () => {
      await stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function bare(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${portOf(server)}`;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const client = (id: string) => ({ client_id: id, client_secret: 'a'.repeat(59) });
  const [opaque, jwt] = [client('opaque'), client('jwt')];
  const provider = new Provider(origin, {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    ttl: { ClientCredentials: 300 },
    clients: [opaque, jwt].map((one) => ({
      ...one,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: async () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: (_ctx, _resource, { clientId }) => ({
          audience,
          scope: '',
          accessTokenFormat: clientId === 'jwt' ? 'jwt' : 'opaque',
          ...(clientId === 'jwt' && { jwt: { sign: { alg: 'ES256' } } }),
        }),
      },
    },
  });
  provider.silent = true;
  const answer = provider.callback();
  server.on('request', (req, res) => void answer(req, res));
  return {
    name: 'oidc-provider, in memory',
    origin,
    token: '/token',
    introspection: '/token/introspection',
    opaque,
    jwt,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Reads a form and answers as introspection does, and nothing else: what node:http costs by itself. */
async function floor(): Promise<Server> {
  const server = createServer((req, res) => {
    req
      .on('data', () => undefined)
      .on('end', () => res.writeHead(200, { 'content-type': 'application/json' }).end(answer));
  });
  const answer = JSON.stringify({ active: true, iss: 'x'.repeat(30), client_id: 'x'.repeat(36), aud: audience });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${portOf(server)}`;
  const stop = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  return { name: 'node:http, nothing behind', origin, token: '/', introspection: '/', opaque: {}, jwt: {}, stop };
}

async function tokenOf({ origin, token, opaque }: Server): Promise<string> {
  const body = new URLSearchParams({ ...opaque, grant_type: 'client_credentials' });
  const answer = (await (await fetch(origin + token, { method: 'POST', body })).json()) as { access_token: string };
  return answer.access_token;
}

const lines: Line[] = [];
for (const start of [floor, bare, carillon]) {
  const server = await start();
  try {
    const grant = { grant_type: 'client_credentials' };
    const token = start === floor ? 'x'.repeat(43) : null;
    const work: [string, string, Record<string, string>][] = [
      // First: the memory of oidc-provider keeps the last thousand tokens.
      ['introspection', server.introspection, { ...server.opaque, token: token ?? (await tokenOf(server)) }],
      ['grant, opaque', server.token, { ...server.opaque, ...grant }],
      ['grant, ES256 JWT', server.token, { ...server.jwt, ...grant }],
    ];
    for (const [what, path, fields] of start === floor ? work.slice(0, 1) : work) {
      const load = { origin: server.origin, path, form: new URLSearchParams(fields).toString() };
      const run = (count: number, span: number) =>
        drive('./tokens-load.ts', { ...load, connections: count, seconds: span } satisfies Load);
      await run(8, 1);
      for (const count of connections.split(',').map(Number)) {
        const { times, seconds: span, cpuMs } = await run(count, Number(seconds));
        const all = times['all']!;
        const aCore = `${Math.round((1000 * all.length) / cpuMs)} a core-second`;
        lines.push({
          what: `${what}: ${server.name}`,
          connections: count,
          times: all,
          seconds: span,
          cpuMs,
          note: aCore,
        });
      }
    }
  } finally {
    await server.stop();
  }
}
lines.sort((one, other) => one.what.localeCompare(other.what));
printLines(`Tokens, ${seconds} s a row`, lines);
