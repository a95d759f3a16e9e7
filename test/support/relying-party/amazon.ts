// A process of its own: a web application that signs people in with Amazon, by passport-amazon as it is published.
import { randomUUID } from 'node:crypto';
import express, { type Request, type Response } from 'express';
import passport from 'passport';
import { Strategy } from 'passport-amazon';
import type { RelyingPartyOptions } from './process.ts';

const { port, issuer, clientId, clientSecret, careful } = JSON.parse(
  process.env['RELYING_PARTY'] ?? '{}',
) as RelyingPartyOptions;

const strategy = new Strategy(
  {
    clientID: clientId,
    clientSecret,
    callbackURL: `http://127.0.0.1:${port}/callback`,
    authorizationURL: `${issuer}/ap/oa`,
    tokenURL: `${issuer}/auth/o2/token`,
    state: true,
    ...(careful && { pkce: true }),
  },
  (accessToken, refreshToken, { id, displayName, emails, _json }, done) =>
    done(null, { id, name: displayName, email: emails[0]?.value, profile: _json, accessToken, refreshToken }),
);
// It has no option for the profile's address.
const oauth2 = strategy['_oauth2'];
const get = oauth2.get.bind(oauth2);
oauth2.get = (url, token, heard) => get(url.replace('https://api.amazon.com', issuer), token, heard);
if (careful) oauth2.useAuthorizationHeaderforGET(true);
passport.use(strategy);

/** What each browser is remembered by: the state, and the verifier, of a sign-in that was begun. */
const sessions = new Map<string, object>();
const app = express();
app.use((req, res, next) => {
  const id = /(?:^|; )shop=([^;]+)/.exec(req.headers.cookie ?? '')?.[1] ?? randomUUID();
  sessions.set(id, sessions.get(id) ?? {});
  res.setHeader('set-cookie', `shop=${id}; HttpOnly; SameSite=Lax; Path=/`);
  (req as Request & { session?: object }).session = sessions.get(id)!;
  next();
});

interface Failure {
  code?: string;
  message?: string;
  oauthError?: { statusCode?: number; data?: string };
}

/** What the library made of it: somebody, a refusal, or an error by the name that it was given. */
function answer(res: Response, error: Failure | null, user: object | false | null, info: Failure | undefined): void {
  const told = error?.oauthError?.data;
  if (error) res.status(502).json({ error: told === undefined ? error.code : JSON.parse(told).error });
  else if (user) res.json(user);
  else res.status(401).json({ failed: info?.message ?? 'no reason given' });
}

app.get(['/login', '/callback'], (req, res, next) => {
  const { want } = req.query;
  const scope = (typeof want === 'string' ? want : 'profile').split(' ');
  const heard = (error: unknown, user?: object | false | null, info?: object | string | (string | undefined)[]): void =>
    answer(res, error as Failure | null, user ?? null, info as Failure | undefined);
  (passport.authenticate(strategy, { session: false, scope }, heard) as express.RequestHandler)(req, res, next);
});
app.listen(port, '127.0.0.1', () => process.stdout.write('ready\n'));
const end = (): void => process.exit(0);
process.once('SIGTERM', end);
process.stdin.on('end', end).resume();
