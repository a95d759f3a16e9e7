// A process of its own: an ordinary web application that lets Carillon say who somebody is, by openid-client.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as openid from 'openid-client';
import { LogoutTokens } from './logout-tokens.ts';
import type { Held, RelyingPartyOptions } from './process.ts';

const options = JSON.parse(process.env['RELYING_PARTY'] ?? '{}') as RelyingPartyOptions;
const site = `http://127.0.0.1:${options.port}`;
const scope = 'openid profile email account offline_access';
const cookieName = 'wiki';

const configuration = await openid.discovery(
  new URL(options.issuer),
  options.clientId,
  { id_token_signed_response_alg: 'ES256' },
  openid.ClientSecretBasic(options.clientSecret),
  { execute: [openid.allowInsecureRequests] },
);
const logoutTokens = new LogoutTokens(configuration.serverMetadata(), options.clientId);

/** Sign-ins that were begun, and sessions, each by the cookie of its browser. */
const begun = new Map<string, { verifier: string; state: string; nonce: string }>();
const sessions = new Map<string, Held>();
const told: { sub: string | undefined; sid: string | undefined }[] = [];

const cookieOf = (req: IncomingMessage): string =>
  new RegExp(`(?:^|; )${cookieName}=([^;]+)`).exec(req.headers.cookie ?? '')?.[1] ?? '';
const setCookie = (id: string): string => `${cookieName}=${id}; HttpOnly; SameSite=Lax; Path=/`;

function reply(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

async function begin(res: ServerResponse): Promise<void> {
  const [id, verifier, state, nonce] = [
    randomUUID(),
    openid.randomPKCECodeVerifier(),
    openid.randomState(),
    openid.randomNonce(),
  ];
  begun.set(id, { verifier, state, nonce });
  const location = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: `${site}/callback`,
    scope,
    prompt: 'consent',
    state,
    nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  res.writeHead(303, { location: location.href, 'set-cookie': setCookie(id) }).end();
}

async function finish(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const attempt = begun.get(cookieOf(req));
  begun.delete(cookieOf(req));
  if (!attempt) return reply(res, 400, { error: 'no sign-in was begun in this browser' });
  const tokens = await openid.authorizationCodeGrant(configuration, new URL(req.url ?? '', site), {
    pkceCodeVerifier: attempt.verifier,
    expectedState: attempt.state,
    expectedNonce: attempt.nonce,
    idTokenExpected: true,
  });
  const claims = tokens.claims()!;
  const person = await openid.fetchUserInfo(configuration, tokens.access_token, claims.sub);
  const id = randomUUID(); // another than before the sign-in
  sessions.set(id, {
    sub: claims.sub,
    sid: claims['sid'] as string,
    person,
    idToken: tokens.id_token!,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token!,
  });
  res.writeHead(303, { location: `${site}/`, 'set-cookie': setCookie(id) }).end();
}

async function refresh(res: ServerResponse, held: Held): Promise<void> {
  const tokens = await openid.refreshTokenGrant(configuration, held.refreshToken);
  held.accessToken = tokens.access_token;
  held.refreshToken = tokens.refresh_token ?? held.refreshToken;
  reply(res, 200, held);
}

function signOut(req: IncomingMessage, res: ServerResponse, held: Held): void {
  sessions.delete(cookieOf(req));
  const location = openid.buildEndSessionUrl(configuration, {
    id_token_hint: held.idToken,
    post_logout_redirect_uri: `${site}/bye`,
  });
  res.writeHead(303, { location: location.href }).end();
}

/** Carillon says that somebody is out: their sessions here end (Back-Channel Logout 1.0 §2.7). */
async function hear(req: IncomingMessage, res: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of req) text += String(chunk);
  const { sub, sid } = await logoutTokens.verify(new URLSearchParams(text).get('logout_token') ?? '');
  for (const [id, held] of sessions) {
    if (sid === undefined ? held.sub === sub : held.sid === sid) sessions.delete(id);
  }
  told.push({ sub, sid });
  reply(res, 200, {});
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { pathname } = new URL(req.url ?? '', site);
  const held = sessions.get(cookieOf(req));
  if (req.method === 'POST' && pathname === '/backchannel') return hear(req, res);
  if (pathname === '/callback') return finish(req, res);
  if (pathname === '/told') return reply(res, 200, told);
  if (pathname === '/bye') return reply(res, 200, { signedOut: true });
  if (pathname === '/session') return reply(res, held ? 200 : 401, held ?? {});
  if (!held) return begin(res);
  if (pathname === '/refresh') return refresh(res, held);
  if (pathname === '/sign-out') return signOut(req, res, held);
  reply(res, 200, held.person);
}

const server = createServer((req, res) => {
  answer(req, res).catch((error: unknown) => {
    const { message, error: code } = error as { message: string; error?: string };
    reply(res, 400, { error: code ?? message });
  });
});
server.listen(options.port, '127.0.0.1', () => process.stdout.write('ready\n'));
const end = (): void => process.exit(0);
process.once('SIGTERM', end);
process.stdin.on('end', end).resume();
