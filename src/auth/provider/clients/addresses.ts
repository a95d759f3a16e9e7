import { amazonPaths } from '../amazon/paths.ts';
import type { OidcClient } from './client.entity.ts';

/** What the people who look after an application have to know of us, by name. */
export function addressesFor(
  { protocol, kind }: Pick<OidcClient, 'protocol' | 'kind'>,
  publicUrl: string,
): Record<string, string> {
  if (protocol === 'openid') return { issuer: `${publicUrl}/oidc` };
  const { authorization, codePair, token, profile, tokenInfo } = amazonPaths;
  return {
    ...(kind === 'device' ? { codePairUrl: publicUrl + codePair } : { authorizationUrl: publicUrl + authorization }),
    tokenUrl: publicUrl + token,
    profileUrl: publicUrl + profile,
    tokenInfoUrl: publicUrl + tokenInfo,
  };
}
