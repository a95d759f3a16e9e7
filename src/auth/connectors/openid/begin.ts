import * as openid from 'openid-client';
import { clock } from '../../../platform/clock/clock.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { faultPoint } from '../../../platform/fault-points/fault-points.ts';
import { hashToken, newToken } from '../../../platform/ids/ids.ts';
import { placeIn } from '../../../platform/secrets/sealed.ts';
import type { Ground } from '../../../trail/ground.ts';
import { authErrors } from '../../errors.ts';
import { addressesOf } from './addresses.ts';
import { attemptVerifier, SignInAttemptTable } from './attempt.entity.ts';
import type { Connection } from './connection.entity.ts';
import type { Providers } from './provider.ts';
import { isSole } from './settings.ts';

/** A sign-in that has not come back by then must be begun again. */
const attemptMs = 600_000;

export interface Begin {
  /** The random value of the browser's cookie, to which the attempt is bound. */
  browser: string;
  /** A path of our own to go to afterwards. */
  target: string;
  loginHint: string | null;
  /** How old, in seconds, the person's proof may be: with 0 they are asked anew; absent or null: as old as it is. */
  maxAge?: number | null;
}

/**
 * Begins a sign-in at a connection's provider: code flow with PKCE (RFC 7636), state and nonce (OpenID Connect Core
 * §3.1.2.1), one row an attempt, good in this browser alone.
 * @returns the address to send the browser to
 * @throws signIn.providerUnavailable when the provider cannot be asked
 */
export async function beginSignIn(
  ground: Ground,
  providers: Providers,
  connection: Connection,
  begin: Begin,
): Promise<URL> {
  const configuration = await providers.of(connection).catch((error: unknown) => {
    throw authErrors('signIn.providerUnavailable', { cause: error, detail: detailOf(error) });
  });
  if (
    connection.redirect === 'shared' &&
    !connection.announcesIssuer &&
    !(await isSole(ground.db.read, connection.id))
  ) {
    throw authErrors('signIn.providerUnavailable', { detail: 'several connections share one redirect URI' });
  }
  const state = newToken();
  const nonce = newToken();
  const verifier = openid.randomPKCECodeVerifier();
  const { redirectUri } = addressesOf(ground.config.publicUrl, connection);
  const stateHash = hashToken(state);
  await ground.db.write((m) =>
    m.insert(SignInAttemptTable, {
      stateHash,
      connectionId: connection.id,
      browserHash: hashToken(begin.browser),
      nonce,
      codeVerifier: ground.seal.seal(verifier, placeIn(attemptVerifier, stateHash)),
      redirectUri,
      target: begin.target,
      createdAt: clock.now(),
      expiresAt: clock.now() + attemptMs,
      usedAt: null,
      maxAge: begin.maxAge ?? null,
    }),
  );
  faultPoint('signIn.attempted');
  return openid.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid profile email',
    state,
    nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(begin.loginHint && { login_hint: begin.loginHint }),
    ...(begin.maxAge != null && { max_age: String(begin.maxAge) }),
    ...(begin.maxAge === 0 && { prompt: 'login' }),
  });
}

/** For the log: the innermost reason. */
export function detailOf(error: unknown): string {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at instanceof CarillonError ? `${at.code}: ${at.detail ?? at.message}` : String(at);
}
