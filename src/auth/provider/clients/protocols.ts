import type { ClientSettings } from './check.ts';
import { clientErrors } from './errors.ts';
import { amazonScopes, type ClientKind, type ClientProtocol, clientProtocols } from './kinds.ts';

/** What a new client speaks; OpenID Connect when nothing is said. @throws client.protocolInvalid */
export function checkProtocol(kind: ClientKind, given: string = 'openid'): ClientProtocol {
  const known = clientProtocols.find((one) => one === given);
  if (!known || (known === 'amazon' && kind === 'service')) {
    throw clientErrors('client.protocolInvalid', {
      field: 'protocol',
      values: { protocols: clientProtocols.join(', ') },
    });
  }
  return known;
}

/** What a client that speaks Login with Amazon may ask for; everything when nothing is said. @throws client.amazonScopeInvalid */
export function checkAmazonScopes(given: readonly string[] = amazonScopes): string[] {
  const chosen = amazonScopes.filter((scope) => given.includes(scope));
  if (chosen.length === 0 || given.some((scope) => !(amazonScopes as readonly string[]).includes(scope))) {
    throw clientErrors('client.amazonScopeInvalid', { field: 'scopes', values: { scopes: amazonScopes.join(', ') } });
  }
  return chosen;
}

/**
 * Refuses what the client's protocol has no use for: it would look as if it did something.
 * @throws client.settingForeign, naming the field
 */
export function refuseForeign(settings: Omit<ClientSettings, 'subjectType' | 'sectorIdentifier'>): void {
  const isAmazon = settings.protocol === 'amazon';
  const foreign: (keyof ClientSettings | false)[] = isAmazon
    ? [
        settings.jwks !== null && 'jwks',
        settings.postLogoutRedirectUris.length > 0 && 'postLogoutRedirectUris',
        settings.grantTypes.includes('client_credentials') && 'grantTypes',
        settings.accessTokenFormat !== 'opaque' && 'accessTokenFormat',
        settings.audience !== null && 'audience',
        settings.resource !== null && 'resource',
        settings.introspectsOrganisation && 'introspectsOrganisation',
      ]
    : [settings.queryTokens && 'queryTokens'];
  const field = foreign.find((one) => one !== false);
  if (!field) return;
  const protocol = isAmazon ? 'OpenID Connect' : 'Login with Amazon';
  throw clientErrors('client.settingForeign', { field, values: { protocol } });
}
