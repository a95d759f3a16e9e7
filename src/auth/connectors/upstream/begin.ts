import * as openid from 'openid-client';
import type { Ground } from '../../../trail/ground.ts';
import { newAttempt } from '../openid/attempts.ts';
import { unavailable } from '../openid/exchange.ts';
import type { Providers } from '../openid/provider.ts';
import { upstreamRedirectUri } from './addresses.ts';
import { UpstreamAttemptTable, upstreamVerifier } from './attempt.entity.ts';
import { configurationOf } from './configuration.ts';
import { inItsWords } from './words.ts';
import type { Upstream } from './upstream.entity.ts';

export interface BeginUpstream {
  /** The random value of the browser's cookie, to which the attempt is bound. */
  browser: string;
  /** A path of our own to go to afterwards. */
  target: string;
  /** How old, in seconds, the person's proof may be; only OpenID providers can be asked for it. */
  maxAge: number | null;
  /** Whose account is to be linked, and in which session; null for a sign-in. */
  link: { userId: string; sessionId: string } | null;
}

/**
 * Begins a sign-in, or a link, at a provider: code flow with PKCE and state always, and a nonce where there is an ID
 * token to bring it back (RFC 9700 §2.1.1).
 * @returns the address to send the browser to
 * @throws upstream.unavailable
 */
export async function beginUpstream(
  ground: Ground,
  providers: Providers,
  upstream: Upstream,
  { browser, target, maxAge, link }: BeginUpstream,
): Promise<URL> {
  const configuration = await configurationOf(ground, providers, upstream).catch(unavailable).catch(inItsWords);
  const redirectUri = upstreamRedirectUri(ground.config.publicUrl, upstream.id);
  const { row, parameters } = newAttempt(ground, upstreamVerifier, { browser, redirectUri, target });
  const { userId = null, sessionId = null } = link ?? {};
  await ground.db.write((m) =>
    m.insert(UpstreamAttemptTable, { ...row, providerId: upstream.id, userId, sessionId, maxAge }),
  );
  const { nonce, ...plain } = parameters;
  const isOpenId = upstream.kind === 'openid';
  return openid.buildAuthorizationUrl(configuration, {
    ...plain,
    ...(upstream.scope !== '' && { scope: upstream.scope }),
    ...(isOpenId && { nonce: nonce! }),
    ...(isOpenId && maxAge !== null && { max_age: String(maxAge) }),
    ...(isOpenId && maxAge === 0 && { prompt: 'login' }),
  });
}
