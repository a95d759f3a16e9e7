import type * as openid from 'openid-client';
import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Outbound } from '../../../platform/outbound/outbound.ts';
import type { Ground } from '../../../trail/ground.ts';
import { authErrors } from '../../errors.ts';
import type { Connection } from './connection.entity.ts';
import { type Client, discover, requireOwnHost, secretPlace } from './provider.ts';

/** What signing in calls. The browser is sent to the first; the others are called from here. */
const needed = ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint'] as const;

/**
 * Checks a provider before its settings are saved: discovery names this issuer and has what signing in needs, each of
 * its addresses may be called, and its signing keys can be read.
 * @throws connection.discoveryFailed, connection.incomplete, connection.endpointRefused; each names the issuer's field
 */
export async function checkProvider(outbound: Outbound, client: Client): Promise<openid.Configuration> {
  const configuration = await discover(outbound, client).catch((error: unknown) => {
    throw authErrors('connection.discoveryFailed', {
      field: 'issuer',
      values: { reason: reasonOf(error, 'the answer is not the discovery document of this issuer') },
      detail: String(error),
      cause: error,
    });
  });
  const metadata = configuration.serverMetadata();
  for (const what of needed) {
    const url = metadata[what];
    if (!url) throw authErrors('connection.incomplete', { field: 'issuer', values: { what } });
    await judge(outbound, client, url).catch(refusedFor(what));
  }
  await readKeys(outbound, metadata.jwks_uri ?? '').catch(refusedFor('jwks_uri'));
  return configuration;
}

/**
 * Checks the provider of a connection as it is stored, with the secret that is kept.
 * @throws what `checkProvider` throws; secrets.unsealable
 */
export const checkConnection = (
  { seal }: Pick<Ground, 'seal'>,
  outbound: Outbound,
  { id, issuer, clientId, clientSecret }: Connection,
): Promise<openid.Configuration> =>
  checkProvider(outbound, { issuer, clientId, clientSecret: seal.unseal(clientSecret, secretPlace(id)) });

async function judge(outbound: Outbound, { issuer }: Client, url: string): Promise<void> {
  requireOwnHost(outbound, new URL(issuer), url);
  await outbound.check(url);
}

async function readKeys(outbound: Outbound, url: string): Promise<void> {
  const answer = await outbound.fetch(url, { headers: { accept: 'application/json' } });
  const body = (await answer.json()) as { keys?: unknown };
  if (!answer.ok || !Array.isArray(body.keys)) throw new Error(`no key set, status ${answer.status}`);
}

const refusedFor =
  (what: string) =>
  (error: unknown): never => {
    throw authErrors('connection.endpointRefused', {
      field: 'issuer',
      values: { what, reason: reasonOf(error, 'it does not answer as it must') },
      detail: String(error),
      cause: error,
    });
  };

/** Plain words for the administrator: what our own agent said, wherever the library has wrapped it. */
function reasonOf(error: unknown, otherwise: string): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof CarillonError) return at.message.replace(/\.$/, '');
    if (at.name === 'TimeoutError' || at.name === 'AbortError') return 'it did not answer in time';
  }
  return otherwise;
}
