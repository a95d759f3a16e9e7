import * as openid from 'openid-client';
import type { Ground } from '../../../trail/ground.ts';
import { placeIn } from '../../../platform/secrets/sealed.ts';
import type { Providers } from '../openid/provider.ts';
import { type Upstream, upstreamSecret } from './upstream.entity.ts';

/** From the question to the answer of one request; the guarded agent has the same bound. */
const timeoutSeconds = 8;

/**
 * openid-client's view of a provider: discovered, or as the operator described it. Every request goes through the
 * guarded agent.
 * @throws openid-client's and the agent's errors; secrets.unsealable
 */
export async function configurationOf(
  { seal }: Pick<Ground, 'seal'>,
  providers: Providers,
  upstream: Upstream,
): Promise<openid.Configuration> {
  const place = placeIn(upstreamSecret, upstream.id);
  if (upstream.kind === 'openid') return providers.of(cached(upstream), place);
  const secret = seal.unseal(upstream.clientSecret, place);
  const metadata: openid.ServerMetadata = {
    issuer: upstream.issuer,
    authorization_endpoint: upstream.authorizationEndpoint ?? '',
    token_endpoint: upstream.tokenEndpoint ?? '',
    authorization_response_iss_parameter_supported: upstream.announcesIssuer,
  };
  const authentication =
    upstream.clientAuthentication === 'post' ? openid.ClientSecretPost(secret) : openid.ClientSecretBasic(secret);
  const configuration = new openid.Configuration(metadata, upstream.clientId, undefined, authentication);
  configuration.timeout = timeoutSeconds;
  configuration[openid.customFetch] = (url, init) => providers.outbound.fetch(url, init);
  // The agent lets plain http pass only to hosts that the operator has named.
  openid.allowInsecureRequests(configuration);
  return configuration;
}

/** Has a provider discovered again at its next use. */
export const forgetUpstream = (providers: Providers, upstream: Upstream): void => providers.forget(cached(upstream));

/** Under a name that no company's connection has. */
const cached = <T extends { id: string }>(upstream: T): T => ({ ...upstream, id: `upstream:${upstream.id}` });
