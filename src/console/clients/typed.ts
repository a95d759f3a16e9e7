import type { ClientInput } from '../../auth/provider/clients/check.ts';
import type { OidcClient } from '../../auth/provider/clients/client.entity.ts';
import { texts } from './texts.ts';

/** What stands in the fields of the form, and what was typed there. */
export type Typed = Record<(typeof fields)[number], string>;

/** The fields of the form. */
export const fields = [
  'name',
  'kind',
  'protocol',
  'account',
  'redirectUris',
  'postLogoutRedirectUris',
  'backchannelLogoutUri',
  'scopes',
  'sectorIdentifier',
  'accessTokenFormat',
  'audience',
  'resource',
  'firstParty',
  'queryTokens',
] as const;

export const typedIn = (form: URLSearchParams): Typed =>
  Object.fromEntries(fields.map((name) => [name, form.get(name) ?? ''])) as Typed;

/** An empty form. */
export const untyped: Typed = {
  ...typedIn(new URLSearchParams()),
  kind: 'web',
  protocol: 'openid',
  scopes: texts.usualScopes,
  accessTokenFormat: 'opaque',
};

/** The form of a client as it is. */
export const typedOf = (client: OidcClient): Typed => ({
  name: client.name,
  kind: client.kind,
  protocol: client.protocol,
  account: client.accountId ?? '',
  redirectUris: client.redirectUris.join('\n'),
  postLogoutRedirectUris: client.postLogoutRedirectUris.join('\n'),
  backchannelLogoutUri: client.backchannelLogoutUri ?? '',
  scopes: client.scopes.join(' '),
  sectorIdentifier: client.sectorIdentifier ?? '',
  accessTokenFormat: client.accessTokenFormat,
  audience: client.audience ?? '',
  resource: client.resource ?? '',
  firstParty: client.firstParty ? 'yes' : '',
  queryTokens: client.queryTokens ? 'yes' : '',
});

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/**
 * What the verbs are given. The form begins with the usual scopes of most; a service has no people, and Login with
 * Amazon other words, so left as they are they are none of theirs.
 */
export function inputOf(typed: Typed): ClientInput {
  const isAmazon = typed.protocol === 'amazon';
  const usual = typed.scopes === texts.usualScopes;
  const scopes = usual && typed.kind === 'service' ? [] : words(typed.scopes);
  return {
    name: typed.name,
    kind: typed.kind,
    protocol: typed.protocol,
    accountId: typed.account || null,
    redirectUris: words(typed.redirectUris),
    postLogoutRedirectUris: words(typed.postLogoutRedirectUris),
    backchannelLogoutUri: typed.backchannelLogoutUri.trim() || null,
    ...(!(usual && isAmazon) && { scopes }),
    ...(typed.sectorIdentifier.trim() !== '' && { sectorIdentifier: typed.sectorIdentifier.trim() }),
    ...(typed.accessTokenFormat !== '' && { accessTokenFormat: typed.accessTokenFormat }),
    audience: typed.audience.trim() || null,
    resource: typed.resource.trim() || null,
    firstParty: typed.firstParty === 'yes',
    queryTokens: typed.queryTokens === 'yes',
  };
}
