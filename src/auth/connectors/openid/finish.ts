import * as openid from 'openid-client';
import { clock } from '../../../platform/clock/clock.ts';
import { changed } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { faultPoint } from '../../../platform/fault-points/fault-points.ts';
import { hashToken } from '../../../platform/ids/ids.ts';
import { sameSecret } from '../../../platform/secrets/compare.ts';
import { placeIn } from '../../../platform/secrets/sealed.ts';
import type { Ground } from '../../../trail/ground.ts';
import { authErrors } from '../../errors.ts';
import { attemptVerifier, type SignInAttempt } from './attempt.entity.ts';
import { detailOf } from './begin.ts';
import { type Connection, ConnectionTable } from './connection.entity.ts';
import type { Providers } from './provider.ts';

/** How far a provider's clock may be from ours; openid-client allows as much for `exp`. */
const skewMs = 30_000;

/** What a provider has proved: who somebody is, and nothing more. */
export interface Proof {
  connection: Connection;
  issuer: string;
  subject: string;
  /** The address that the provider vouches for, or null. */
  address: string | null;
  target: string;
  /** When the provider says that it asked the person; null: it does not say. */
  authTime: number | null;
  /** How it did (RFC 8176), words parted by spaces; null: it does not say. */
  amr: string | null;
}

export interface Callback {
  /** The address that was called, its query included, on our own public origin. */
  url: URL;
  browser: string | null;
}

/**
 * Finishes a sign-in, as named checks in their order: the attempt is ours, unused, of this browser and this address;
 * the code is exchanged and the ID token checked (signature, iss, aud, nonce, times; OpenID Connect Core §3.1.3.7; iss
 * of the answer, RFC 9207); userinfo names the same subject.
 * @throws signIn.stale, signIn.refusedByProvider, signIn.notProved, signIn.providerUnavailable
 */
export async function finishSignIn(ground: Ground, providers: Providers, callback: Callback): Promise<Proof> {
  faultPoint('signIn.calledBack');
  const { attempt, state } = await takeAttempt(ground, callback);
  faultPoint('signIn.taken');
  const connection = await connectionOfAttempt(ground, attempt);
  // What cannot be reached may have moved: the next sign-in reads the discovery document afresh.
  const failed = (error: unknown): never => {
    if (isUnavailable(error)) providers.forget(connection);
    return refused(error);
  };
  const configuration = await providers.of(connection).catch(unavailable);
  requireIssuerOnShared(connection, callback.url);
  const tokens = await openid
    .authorizationCodeGrant(configuration, callback.url, {
      expectedState: state,
      expectedNonce: attempt.nonce,
      pkceCodeVerifier: ground.seal.unseal(attempt.codeVerifier, placeIn(attemptVerifier, attempt.stateHash)),
      idTokenExpected: true,
    })
    .catch(failed);
  const claims = tokens.claims();
  if (!claims) throw authErrors('signIn.notProved', { detail: 'no ID token' });
  requirePast(claims.iat);
  requireParty(claims.azp, connection.clientId);
  const authTime = authTimeOf(claims.auth_time);
  requireAge(authTime, attempt);
  const info = await openid.fetchUserInfo(configuration, tokens.access_token, claims.sub).catch(failed);
  faultPoint('signIn.proved');
  return {
    connection,
    issuer: claims.iss,
    subject: claims.sub,
    address: vouchedAddress(info),
    target: attempt.target,
    authTime,
    amr: amrOf(claims['amr']),
  };
}

/** Uses the attempt up, whatever comes of it: a second callback with the same state finds nothing. */
async function takeAttempt(
  ground: Ground,
  { url, browser }: Callback,
): Promise<{ attempt: SignInAttempt; state: string }> {
  const states = url.searchParams.getAll('state');
  const [state] = states;
  if (states.length !== 1 || !state || state.length > 256) {
    throw authErrors('signIn.stale', { field: 'state', detail: 'no single state' });
  }
  const stateHash = hashToken(state);
  const now = clock.now();
  // Of another browser: refused without using it up, or anyone who saw a state could spoil the sign-in.
  const [attempt] = await ground.db.write((m) =>
    changed<SignInAttempt>(
      m,
      sql`UPDATE "sign_in_attempts" SET "usedAt" = ${now} WHERE "stateHash" = ${stateHash} AND "usedAt" IS NULL
          AND "expiresAt" > ${now} AND "browserHash" = ${hashToken(browser ?? '')}
          AND "redirectUri" = ${url.origin + url.pathname} RETURNING *`,
    ),
  );
  if (!attempt) throw authErrors('signIn.stale', { field: 'state', detail: 'unknown, used, expired or foreign state' });
  return { attempt, state };
}

async function connectionOfAttempt(ground: Ground, attempt: SignInAttempt): Promise<Connection> {
  const connection = await ground.db.read.findOneBy(ConnectionTable, { id: attempt.connectionId });
  if (!connection || connection.updatedAt > attempt.createdAt) {
    throw authErrors('signIn.stale', { detail: 'the connection was changed meanwhile' });
  }
  return connection;
}

/** On the shared redirect URI the answer must say whose it is, wherever the issuer announced that it would. */
function requireIssuerOnShared(connection: Connection, url: URL): void {
  if (!connection.announcesIssuer) return;
  const iss = url.searchParams.getAll('iss');
  if (iss.length !== 1 || !sameSecret(iss[0]!, connection.issuer)) {
    throw authErrors('signIn.notProved', { field: 'iss', detail: 'the answer names another issuer, or none' });
  }
}

/** The library leaves a token from the future to its caller. */
function requirePast(iat: number): void {
  if (iat * 1000 > clock.now() + skewMs)
    throw authErrors('signIn.notProved', { detail: 'the ID token is from the future' });
}

/** OpenID Connect Core §3.1.3.7, step 5: where it is named, the authorised party is us. */
function requireParty(azp: string | undefined, clientId: string): void {
  if (azp !== undefined && azp !== clientId) {
    throw authErrors('signIn.notProved', { detail: 'the ID token is for another party' });
  }
}

/** Not later than now, however fast the provider's clock is. */
const authTimeOf = (seconds: number | undefined): number | null =>
  seconds === undefined ? null : Math.min(seconds * 1000, clock.now());

/** OpenID Connect Core §3.1.3.7, step 13: a provider that says when it asked the person must have done so lately. */
function requireAge(authTime: number | null, { maxAge, createdAt }: SignInAttempt): void {
  if (maxAge === null || authTime === null) return; // one that says nothing was told `prompt=login` all the same
  if (authTime < createdAt - maxAge * 1000 - skewMs) {
    throw authErrors('signIn.notProved', { detail: 'the provider did not ask the person anew' });
  }
}

/** The authentication methods, as far as they are words; null for none. */
function amrOf(given: unknown): string | null {
  const all: unknown[] = Array.isArray(given) ? given : [];
  const words = all.filter((word): word is string => typeof word === 'string' && /^[\w.:-]{1,32}$/.test(word));
  return words.slice(0, 7).join(' ') || null;
}

function vouchedAddress(info: openid.UserInfoResponse): string | null {
  // Absent is how many directories say yes; false is a no, however it is spelled.
  const verified: unknown = info.email_verified;
  if (verified !== undefined && verified !== true && verified !== 'true') return null;
  return typeof info.email === 'string' ? info.email : null;
}

const unavailable = (error: unknown): never => {
  throw authErrors('signIn.providerUnavailable', { cause: error, detail: detailOf(error) });
};

function refused(error: unknown): never {
  if (error instanceof openid.AuthorizationResponseError) {
    throw authErrors('signIn.refusedByProvider', { cause: error, detail: `the provider answered ${error.error}` });
  }
  if (isUnavailable(error)) unavailable(error);
  throw authErrors('signIn.notProved', { cause: error, detail: detailOf(error) });
}

/** Whether the provider could not be asked, rather than that its answer was no good: a cause may be its response. */
function isUnavailable(error: unknown): boolean {
  for (let at = error; typeof at === 'object' && at !== null; at = (at as { cause?: unknown }).cause) {
    if (at instanceof CarillonError) return at.code.startsWith('outbound.');
    const { name, code, status } = at as { name?: unknown; code?: unknown; status?: unknown };
    if (name === 'TimeoutError' || (typeof status === 'number' && status >= 500)) return true;
    if (typeof code === 'string' && /^(E(CONN|TIMEDOUT|PIPE|HOST|NET|NOTFOUND|AI_)|UND_ERR_)/.test(code)) return true;
  }
  return false;
}
