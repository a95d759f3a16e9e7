import * as openid from 'openid-client';
import { faultPoint } from '../../../platform/fault-points/fault-points.ts';
import { placeIn } from '../../../platform/secrets/sealed.ts';
import type { Ground } from '../../../trail/ground.ts';
import { authErrors } from '../../errors.ts';
import { type Callback, takeAttempt } from '../openid/attempts.ts';
import { exchange, type Expected, isUnavailable, refused, requireIssuer, unavailable } from '../openid/exchange.ts';
import type { Providers } from '../openid/provider.ts';
import { type UpstreamAttempt, UpstreamAttemptTable, upstreamVerifier } from './attempt.entity.ts';
import { configurationOf, forgetUpstream } from './configuration.ts';
import { type Profile, readProfile } from './profile.ts';
import { type Upstream, UpstreamTable } from './upstream.entity.ts';
import { inItsWords } from './words.ts';

/** What an upstream provider has proved: who somebody is there, and nothing more. */
export interface UpstreamProof extends Profile {
  upstream: Upstream;
  issuer: string;
  target: string;
  /** Whose account is to be linked, and in which session they asked for it; null for a sign-in. */
  link: { userId: string; sessionId: string } | null;
  authTime: number | null;
  amr: string | null;
}

/**
 * Finishes a sign-in, or a link, as named checks in their order: the attempt is ours, unused, of this browser and this
 * provider; the answer is that provider's (RFC 9207, where it says so); the code is exchanged, an ID token checked
 * (`exchange`), and the profile says who it is.
 * @throws signIn.stale, upstream.refused, upstream.notProved, upstream.unavailable
 */
export async function proveUpstream(ground: Ground, providers: Providers, callback: Callback): Promise<UpstreamProof> {
  const { attempt, state } = await takeAttempt(ground, UpstreamAttemptTable, callback);
  faultPoint('signIn.taken');
  const upstream = await upstreamOfAttempt(ground, attempt);
  const proved = await ask(ground, providers, upstream, callback.url, {
    issuer: upstream.issuer,
    clientId: upstream.clientId,
    announcesIssuer: upstream.announcesIssuer,
    state,
    verifier: ground.seal.unseal(attempt.codeVerifier, placeIn(upstreamVerifier, attempt.stateHash)),
    attempt,
    mustSayWhen: true,
  }).catch(inItsWords);
  faultPoint('signIn.proved');
  const { userId, sessionId, target } = attempt;
  return { upstream, ...proved, target, link: userId && sessionId ? { userId, sessionId } : null };
}

async function upstreamOfAttempt(ground: Ground, attempt: UpstreamAttempt): Promise<Upstream> {
  const upstream = await ground.db.read.findOneBy(UpstreamTable, { id: attempt.providerId });
  if (!upstream || upstream.updatedAt > attempt.createdAt) {
    throw authErrors('signIn.stale', { detail: 'the provider was changed meanwhile' });
  }
  return upstream;
}

type Proved = Profile & Pick<UpstreamProof, 'issuer' | 'authTime' | 'amr'>;

async function ask(
  ground: Ground,
  providers: Providers,
  upstream: Upstream,
  url: URL,
  expected: Expected,
): Promise<Proved> {
  const configuration = await configurationOf(ground, providers, upstream).catch(unavailable);
  const failed = (error: unknown): never => {
    if (isUnavailable(error)) forgetUpstream(providers, upstream);
    return refused(error);
  };
  if (upstream.kind === 'openid') {
    const { info, subject, ...proved } = await exchange(configuration, url, expected, failed);
    return { ...proved, ...readProfile({ ...info, sub: subject }, upstream) };
  }
  requireIssuer(expected, url);
  const tokens = await openid
    .authorizationCodeGrant(configuration, url, { expectedState: expected.state, pkceCodeVerifier: expected.verifier })
    .catch(failed);
  const profile = await profileWith(configuration, upstream, tokens.access_token, failed);
  return { issuer: upstream.issuer, authTime: null, amr: null, ...readProfile(profile, upstream) };
}

/** What a plain OAuth server says of whoever its token is for. */
async function profileWith(
  configuration: openid.Configuration,
  upstream: Upstream,
  token: string,
  failed: (error: unknown) => never,
): Promise<unknown> {
  const address = new URL(upstream.profileEndpoint ?? '');
  const headers = new Headers({ accept: 'application/json' });
  const answer = await openid.fetchProtectedResource(configuration, token, address, 'GET', null, headers).catch(failed);
  if (answer.status >= 500) unavailable(new Error(`the profile was answered with ${answer.status}`));
  if (answer.status !== 200) {
    throw authErrors('signIn.notProved', { detail: `the profile was answered with ${answer.status}` });
  }
  return answer.json().catch(() => {
    throw authErrors('signIn.notProved', { detail: 'the profile is no JSON' });
  });
}
