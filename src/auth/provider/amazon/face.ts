import type { KoaContextWithOIDC } from 'oidc-provider';
import { configure, scopesOf } from '../configuration.ts';
import type { Face } from '../face.ts';
import { answerProgram } from './answers.ts';
import { amazonPaths } from './paths.ts';
import { askedScope, faultOfScope } from './scopes.ts';

/** The provider as Login with Amazon: its addresses, scopes and shapes, and nothing of OpenID Connect's own. */
export const amazonFace = (publicUrl: string): Face => ({
  issuer: publicUrl,
  configure: (parts, keys, library) => {
    const base = configure(parts, keys, library, 'amazon');
    const off = { enabled: false };
    return {
      ...base,
      routes: {
        ...base.routes,
        authorization: amazonPaths.authorization,
        token: amazonPaths.token,
        device_authorization: amazonPaths.codePair,
        code_verification: amazonPaths.device,
      },
      scopes: [...scopesOf.amazon],
      claims: { openid: ['sub'] },
      // Amazon's protocol knows PKCE and does not ask for it: who has a secret may do without (decision 0026).
      pkce: { required: (_ctx, client) => client.tokenEndpointAuthMethod === 'none' },
      extraParams: {
        // oidc-provider drops a scope that it does not know, as OpenID Connect wants; Amazon refuses it.
        [askedScope]: (ctx, scope, client) => {
          const fault = ctx.oidc.route === 'authorization' && faultOfScope(scope, client['allowed_scopes'] as string[]);
          if (fault === 'missing') throw new library.errors.InvalidRequest("missing required parameter 'scope'");
          if (fault) throw new library.errors.InvalidScope('a requested scope is not allowed', scope ?? '');
        },
      },
      features: {
        devInteractions: off,
        backchannelLogout: { enabled: true },
        deviceFlow: { ...base.features?.deviceFlow, enabled: true },
        claimsParameter: off,
        clientCredentials: off,
        dPoP: off,
        introspection: off,
        pushedAuthorizationRequests: off,
        requestObjects: off,
        resourceIndicators: off,
        revocation: off,
        rpInitiatedLogout: off,
        userinfo: off,
      },
    };
  },
  grant: tellScope,
  answer: answerProgram,
});

/** Amazon tells in the redirect what was granted. */
function tellScope({ oidc }: KoaContextWithOIDC, out: Record<string, unknown>): void {
  out['scope'] = oidc.grant?.getOIDCScopeFiltered(oidc.requestParamScopes);
}
