import { amazonPaths } from '../amazon/paths.ts';
import type { ClientProtocol } from './kinds.ts';

/** What the people who look after an application have to know of us, by name. */
export const addressesFor = (protocol: ClientProtocol, publicUrl: string): Record<string, string> =>
  protocol === 'openid'
    ? { issuer: `${publicUrl}/oidc` }
    : {
        authorizationUrl: publicUrl + amazonPaths.authorization,
        tokenUrl: publicUrl + amazonPaths.token,
        profileUrl: publicUrl + amazonPaths.profile,
        tokenInfoUrl: publicUrl + amazonPaths.tokenInfo,
        codePairUrl: publicUrl + amazonPaths.codePair,
      };
