import * as openid from 'openid-client';
import { clock } from '../../../platform/clock/clock.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { sameSecret } from '../../../platform/secrets/compare.ts';
import { authErrors } from '../../errors.ts';
import type { Attempt } from './attempts.ts';

/** How far a provider's clock may be from ours; openid-client allows as much for `exp`. */
const skewMs = 30_000;

/** Whose answer it must be, and to what. */
export interface Expected {
  issuer: string;
  clientId: string;
  /** Whether discovery, or the operator, promised an `iss` in its answers (RFC 9207). */
  announcesIssuer: boolean;
  state: string;
  verifier: string;
  attempt: Pick<Attempt, 'nonce' | 'createdAt'> & { maxAge: number | null };
  /** Whether one that was asked how old the proof is must say it (OpenID Connect Core §2, `auth_time`). */
  mustSayWhen?: boolean;
}

/** What an OpenID provider says of whoever has proved themselves there. */
export interface Exchanged {
  issuer: string;
  subject: string;
  info: openid.UserInfoResponse;
  /** When the provider says that it asked the person; null: it does not say. */
  authTime: number | null;
  /** How it did (RFC 8176), words parted by spaces; null: it does not say. */
  amr: string | null;
}

/**
 * Exchanges a code, as named checks in their order: the answer says whose it is (RFC 9207); the ID token is checked
 * (signature, iss, aud, azp, nonce, times; OpenID Connect Core §3.1.3.7); userinfo names the same subject.
 * @param failed what to make of a failure
 * @throws signIn.notProved; what `failed` throws
 */
export async function exchange(
  configuration: openid.Configuration,
  url: URL,
  expected: Expected,
  failed: (error: unknown) => never = refused,
): Promise<Exchanged> {
  const { attempt } = expected;
  requireIssuer(expected, url);
  const tokens = await openid
    .authorizationCodeGrant(configuration, url, {
      expectedState: expected.state,
      expectedNonce: attempt.nonce,
      pkceCodeVerifier: expected.verifier,
      idTokenExpected: true,
    })
    .catch(failed);
  const claims = tokens.claims();
  if (!claims) throw authErrors('signIn.notProved', { detail: 'no ID token' });
  requirePast(claims.iat);
  requireParty(claims.azp, expected.clientId);
  const authTime = authTimeOf(claims.auth_time);
  requireAge(authTime, expected);
  const info = await openid.fetchUserInfo(configuration, tokens.access_token, claims.sub).catch(failed);
  return { issuer: claims.iss, subject: claims.sub, info, authTime, amr: amrOf(claims['amr']) };
}

/** The answer must say whose it is, wherever the issuer announced that it would. @throws signIn.notProved */
export function requireIssuer(
  { issuer, announcesIssuer }: Pick<Expected, 'issuer' | 'announcesIssuer'>,
  url: URL,
): void {
  if (!announcesIssuer) return;
  const iss = url.searchParams.getAll('iss');
  if (iss.length !== 1 || !sameSecret(iss[0]!, issuer)) {
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
function requireAge(authTime: number | null, { attempt, mustSayWhen = false }: Expected): void {
  const { maxAge, createdAt } = attempt;
  if (maxAge === null) return;
  if (authTime === null) {
    if (!mustSayWhen) return; // it was told `prompt=login` all the same
    throw authErrors('signIn.notProved', { detail: 'the provider does not say when it asked the person' });
  }
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

/** @throws signIn.providerUnavailable */
export const unavailable = (error: unknown): never => {
  throw authErrors('signIn.providerUnavailable', { cause: error, detail: detailOf(error) });
};

/** @throws signIn.refusedByProvider, signIn.providerUnavailable, signIn.notProved */
export function refused(error: unknown): never {
  if (error instanceof openid.AuthorizationResponseError) {
    throw authErrors('signIn.refusedByProvider', { cause: error, detail: `the provider answered ${error.error}` });
  }
  if (isUnavailable(error)) unavailable(error);
  throw authErrors('signIn.notProved', { cause: error, detail: detailOf(error) });
}

/** Whether the provider could not be asked, rather than that its answer was no good: a cause may be its response. */
export function isUnavailable(error: unknown): boolean {
  for (let at = error; typeof at === 'object' && at !== null; at = (at as { cause?: unknown }).cause) {
    if (at instanceof CarillonError) return at.code.startsWith('outbound.');
    const { name, code, status } = at as { name?: unknown; code?: unknown; status?: unknown };
    if (name === 'TimeoutError' || (typeof status === 'number' && status >= 500)) return true;
    if (typeof code === 'string' && /^(E(CONN|TIMEDOUT|PIPE|HOST|NET|NOTFOUND|AI_)|UND_ERR_)/.test(code)) return true;
  }
  return false;
}

/** For the log: the innermost reason. */
export function detailOf(error: unknown): string {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at instanceof CarillonError ? `${at.code}: ${at.detail ?? at.message}` : String(at);
}
