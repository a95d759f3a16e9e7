import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { portOf } from '../../../support/port.ts';

/** What the server does wrong; each part is honest unless its mode says otherwise. */
export interface PlainMode {
  authorize: 'honest' | 'denied' | 'foreign-code' | 'iss' | 'wrong-iss';
  token: 'honest' | 'error' | 'hangs' | 'refused' | 'not-json' | 'redirects';
  profile: 'honest' | 'error' | 'hangs' | 'refused' | 'not-json' | 'huge';
}

export interface PlainServer {
  url: string;
  clientId: string;
  clientSecret: string;
  /** What the profile says. */
  profile: Record<string, unknown>;
  /** The paths that were asked for, with how the client showed its secret. */
  requests: { path: string; form: Record<string, string>; query: Record<string, string>; basic: boolean }[];
  set: (mode: Partial<PlainMode>) => void;
  close: () => Promise<void>;
}

const honest: PlainMode = { authorize: 'honest', token: 'honest', profile: 'honest' };

/** An OAuth 2.0 server that speaks no OpenID: codes with PKCE, tokens, and a profile of its own shape. */
export async function startPlainServer(): Promise<PlainServer> {
  const codes = new Map<string, { challenge: string; redirectUri: string }>();
  const tokens = new Set<string>();
  const [clientId, clientSecret] = ['plain client', randomBytes(16).toString('hex')].map((text) =>
    text.replace(' ', '-'),
  ) as [string, string];
  const requests: PlainServer['requests'] = [];
  const profile: Record<string, unknown> = { id: 4711, mail: 'pia@plain.example', shown: 'Pia Plain' };
  let mode = honest;
  let url = '';

  const authorize = (query: Record<string, string>, res: ServerResponse): void => {
    const back = new URL(query['redirect_uri'] ?? 'about:blank');
    const code = randomBytes(16).toString('hex');
    const isAsked = query['code_challenge_method'] === 'S256' && query['client_id'] === clientId;
    if (!isAsked) return json(res, 400, { error: 'invalid_request' });
    codes.set(code, { challenge: query['code_challenge'] ?? '', redirectUri: back.href });
    if (mode.authorize === 'denied') back.searchParams.set('error', 'access_denied');
    else back.searchParams.set('code', mode.authorize === 'foreign-code' ? 'of-nobody' : code);
    back.searchParams.set('state', query['state'] ?? '');
    if (mode.authorize === 'iss') back.searchParams.set('iss', url);
    if (mode.authorize === 'wrong-iss') back.searchParams.set('iss', 'https://issuer.invalid');
    res.writeHead(302, { location: back.href }).end();
  };

  const token = (form: Record<string, string>, basic: string | undefined, res: ServerResponse): void => {
    const code = codes.get(form['code'] ?? '');
    codes.delete(form['code'] ?? '');
    const challenge = createHash('sha256')
      .update(form['code_verifier'] ?? '')
      .digest('base64url');
    const pair = basic ? Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent) : [];
    const [id, secret] = basic ? pair : [form['client_id'], form['client_secret']];
    if (id !== clientId || secret !== clientSecret) return json(res, 401, { error: 'invalid_client' });
    if (!code || code.challenge !== challenge || code.redirectUri !== form['redirect_uri'])
      return json(res, 400, { error: 'invalid_grant' });
    if (misbehaves(res, mode.token)) return;
    const accessToken = randomBytes(16).toString('hex');
    tokens.add(accessToken);
    json(res, 200, { access_token: accessToken, token_type: 'bearer', expires_in: 60 });
  };

  const server = createServer((req, res) => {
    void (async () => {
      const asked = new URL(req.url ?? '/', 'http://plain');
      const parts: Buffer[] = [];
      for await (const part of req as AsyncIterable<Buffer>) parts.push(part);
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString()));
      const query = Object.fromEntries(asked.searchParams);
      const { authorization } = req.headers;
      const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
      requests.push({ path: asked.pathname, form, query, basic: basic !== undefined });
      if (asked.pathname === '/authorize') return authorize(query, res);
      if (asked.pathname === '/token') return token(form, basic, res);
      const bearer = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
      if (asked.pathname !== '/profile') return json(res, 404, {});
      if (!bearer || !tokens.has(bearer)) return json(res, 401, { error: 'invalid_token' });
      if (!misbehaves(res, mode.profile)) json(res, 200, profile);
    })().catch(() => res.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${portOf(server)}`;
  return {
    url,
    clientId,
    clientSecret,
    profile,
    requests,
    set: (changes) => void (mode = { ...honest, ...changes }),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function misbehaves(res: ServerResponse, manner: string): boolean {
  if (manner === 'honest') return false;
  if (manner === 'error') json(res, 500, { error: 'server_error', inner: 'an inner detail' });
  if (manner === 'refused') json(res, 400, { error: 'invalid_request' });
  if (manner === 'not-json') res.writeHead(200, { 'content-type': 'text/html' }).end('<html>an inner detail</html>');
  if (manner === 'redirects') res.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
  if (manner === 'huge') json(res, 200, { padding: 'x'.repeat(4 * 1024 * 1024) });
  return true; // what hangs is never answered
}
