import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { portOf } from './port.ts';
import { honest } from './rogue/modes.ts';
import type { RogueMode } from './rogue/modes.ts';
import { makeKeyring } from './rogue/tokens.ts';

/** Whom the provider speaks of; tests may change it. */
export interface RogueSubject {
  sub: string;
  name: string;
  email: string;
}

export interface RogueRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage['headers'];
  form: Record<string, string>;
}

export interface RogueProvider {
  issuer: string;
  url: string;
  clientId: string;
  clientSecret: string;
  subject: RogueSubject;
  /** All requests so far; the JWKS is `/keys`. */
  requests: RogueRequest[];
  /** How often `path` was asked for: '/keys', '/token', '/userinfo', '/.well-known/openid-configuration'. */
  count(path: string): number;
  /** Codes that were offered more than once. */
  replayed: string[];
  /** From the next request on: honest but for what is named. `set({})` is honest throughout. */
  set(mode: Partial<RogueMode>): void;
  close(): Promise<void>;
}

interface Code {
  nonce: string | undefined;
  challenge: string | undefined;
  redirectUri: string;
  used: boolean;
}

const wellKnown = '/.well-known/openid-configuration';
const huge = 32 * 1024 * 1024;

/**
 * Starts an OpenID provider that lies on demand, on a free loopback port. Its authorization endpoint asks nobody and
 * redirects at once; honest, it is a good provider with PKCE, RS256 and RFC 9207.
 */
export async function startRogueProvider(): Promise<RogueProvider> {
  const keyring = await makeKeyring();
  const codes = new Map<string, Code>();
  const tokens = new Set<string>();
  const requests: RogueRequest[] = [];
  const replayed: string[] = [];
  const subject: RogueSubject = { sub: 'rogue-1', name: 'Rosa Rogue', email: 'rosa.rogue@acme.example' };
  const clientId = 'rogue-client';
  const clientSecret = randomBytes(24).toString('base64url');
  let mode = honest();
  let issuer = '';

  const discovery = (res: ServerResponse): void => {
    const document: Record<string, unknown> = {
      issuer: mode.discovery === 'other-issuer' ? 'https://issuer.invalid' : issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      ...(mode.discovery === 'private-endpoints' && {
        token_endpoint: 'http://169.254.169.254/token',
        userinfo_endpoint: 'http://10.0.0.1/userinfo',
        jwks_uri: 'http://192.168.0.1/keys',
      }),
      ...mode.metadata,
    };
    misbehave(res, mode.discovery, document);
  };

  const authorize = (query: Record<string, string>, res: ServerResponse): void => {
    const { redirect_uri: redirectUri = '', state } = query;
    if (!URL.canParse(redirectUri)) return json(res, 400, { error: 'invalid_request' });
    const back = new URL(redirectUri);
    const code = randomBytes(16).toString('base64url');
    const { nonce, code_challenge: challenge } = query;
    codes.set(code, { nonce, challenge, redirectUri, used: false });
    if (mode.authorize === 'denied') {
      back.searchParams.set('error', 'access_denied');
      back.searchParams.set('error_description', 'The resource owner denied the request.');
    } else if (mode.authorize !== 'no-code') {
      back.searchParams.set('code', mode.authorize === 'foreign-code' ? 'a-code-of-nobody' : code);
    }
    if (state !== undefined && mode.authorize !== 'no-state')
      back.searchParams.set('state', mode.authorize === 'wrong-state' ? 'another-state' : state);
    if (mode.authorize !== 'no-iss')
      back.searchParams.set('iss', mode.authorize === 'wrong-iss' ? 'https://issuer.invalid' : issuer);
    res.writeHead(302, { location: back.href }).end();
  };

  const token = async ({ form, headers }: RogueRequest, res: ServerResponse): Promise<void> => {
    const code = codes.get(form['code'] ?? '');
    if (code?.used === true) replayed.push(form['code'] ?? '');
    const challenge = createHash('sha256')
      .update(form['code_verifier'] ?? '')
      .digest('base64url');
    const good =
      code !== undefined &&
      !code.used &&
      code.redirectUri === form['redirect_uri'] &&
      (code.challenge === undefined || code.challenge === challenge);
    if (code) code.used = true;
    if (!authenticated(headers.authorization, form)) return json(res, 401, { error: 'invalid_client' });
    if (!good || mode.token === 'invalid-grant') return json(res, 400, { error: 'invalid_grant' });
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer,
      sub: subject.sub,
      aud: clientId,
      iat: now,
      exp: now + 300,
      ...(code.nonce !== undefined && { nonce: code.nonce }),
      ...mode.claims,
    };
    const accessToken = randomBytes(24).toString('base64url');
    tokens.add(accessToken);
    misbehave(res, mode.token, {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'openid profile email',
      ...(mode.token !== 'no-id-token' && { id_token: await keyring.idToken(mode.idToken, claims, clientSecret) }),
    });
  };

  const authenticated = (header: string | undefined, form: Record<string, string>): boolean => {
    const basic = /^Basic (.+)$/i.exec(header ?? '')?.[1];
    if (basic === undefined) return form['client_id'] === clientId && form['client_secret'] === clientSecret;
    const pair = Buffer.from(basic, 'base64').toString('utf8').split(':').map(decodeURIComponent);
    return pair[0] === clientId && pair[1] === clientSecret;
  };

  const userinfo = ({ headers }: RogueRequest, res: ServerResponse): void => {
    const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer === undefined || !tokens.has(bearer)) return json(res, 401, { error: 'invalid_token' });
    const { sub, name, email } = subject;
    misbehave(res, mode.userinfo, {
      ...(mode.userinfo !== 'no-sub' && { sub: mode.userinfo === 'other-sub' ? 'somebody-else' : sub }),
      name,
      ...(mode.userinfo !== 'no-email' && { email }),
      ...(mode.userinfo !== 'no-verified' && { email_verified: mode.userinfo !== 'unverified' }),
    });
  };

  const server = createServer((req, res) => {
    const answer = async (): Promise<void> => {
      const url = new URL(req.url ?? '/', 'http://rogue');
      const parts: Buffer[] = [];
      for await (const part of req as AsyncIterable<Buffer>) parts.push(part);
      const request: RogueRequest = {
        method: req.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: req.headers,
        form: Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString('utf8'))),
      };
      requests.push(request);
      if (request.path === wellKnown) return discovery(res);
      if (request.path === '/authorize') return authorize(request.query, res);
      if (request.path === '/token') return token(request, res);
      if (request.path === '/userinfo') return userinfo(request, res);
      if (request.path === '/keys')
        return misbehave(res, mode.jwks, { keys: mode.jwks === 'empty' ? [] : keyring.published });
      return json(res, 404, { error: 'not_found' });
    };
    answer().catch(() => res.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${portOf(server)}`;

  return {
    issuer,
    url: issuer,
    clientId,
    clientSecret,
    subject,
    requests,
    replayed,
    count: (path) => requests.filter((request) => request.path === path).length,
    set: (changes) => void (mode = { ...honest(), ...changes }),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

/** Answers with the body, or in the ill manner that the mode names; what it does not know is left to the body. */
function misbehave(res: ServerResponse, manner: string, body: object): void {
  switch (manner) {
    case 'hangs':
      return;
    case 'error':
      return json(res, 500, { error: 'server_error', error_description: 'an inner detail of the provider' });
    case 'redirects':
      return void res.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end();
    case 'not-json':
      return void res.writeHead(200, { 'content-type': 'text/html' }).end('<html>not what you asked for</html>');
    case 'huge':
      return json(res, 200, { ...body, padding: 'x'.repeat(huge) });
    default:
      return json(res, 200, body);
  }
}
