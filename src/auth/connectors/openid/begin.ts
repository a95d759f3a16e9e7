import * as openid from 'openid-client';
import { insertRow } from '../../../platform/database/insert.ts';
import { faultPoint } from '../../../platform/fault-points/fault-points.ts';
import type { Ground } from '../../../trail/ground.ts';
import { authErrors } from '../../errors.ts';
import { addressesOf } from './addresses.ts';
import { attemptVerifier, SignInAttemptTable } from './attempt.entity.ts';
import { newAttempt } from './attempts.ts';
import type { Connection } from './connection.entity.ts';
import { unavailable } from './exchange.ts';
import type { Providers } from './provider.ts';
import { isSole } from './settings.ts';

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
  const configuration = await providers.of(connection).catch(unavailable);
  if (
    connection.redirect === 'shared' &&
    !connection.announcesIssuer &&
    !(await isSole(ground.db.read, connection.id))
  ) {
    throw authErrors('signIn.providerUnavailable', { detail: 'several connections share one redirect URI' });
  }
  const { redirectUri } = addressesOf(ground.config.publicUrl, connection);
  const { browser, target, maxAge = null } = begin;
  const { row, parameters } = newAttempt(ground, attemptVerifier, { browser, redirectUri, target });
  await ground.db.write((m) => insertRow(m, SignInAttemptTable, { ...row, connectionId: connection.id, maxAge }));
  faultPoint('signIn.attempted');
  return openid.buildAuthorizationUrl(configuration, {
    ...parameters,
    scope: 'openid profile email',
    ...(begin.loginHint && { login_hint: begin.loginHint }),
    ...(maxAge !== null && { max_age: String(maxAge) }),
    ...(maxAge === 0 && { prompt: 'login' }),
  });
}
