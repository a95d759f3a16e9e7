import type { ClientInput } from '../../auth/provider/clients/check.ts';
import type { OidcClient } from '../../auth/provider/clients/client.entity.ts';
import { texts } from './texts.ts';

/** What stands in the fields of the form, and what was typed there. */
export type Typed = Record<(typeof fields)[number], string>;

/** The fields of the form. */
export const fields = [
  'name',
  'kind',
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
] as const;

export const typedIn = (form: URLSearchParams): Typed =>
  Object.fromEntries(fields.map((name) => [name, form.get(name) ?? ''])) as Typed;

/** An empty form. */
export const untyped: Typed = {
  ...typedIn(new URLSearchParams()),
  kind: 'web',
  scopes: texts.usualScopes,
  accessTokenFormat: 'opaque',
};

/** The form of a client as it is. */
export const typedOf = (client: OidcClient): Typed => ({
  name: client.name,
  kind: client.kind,
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
});

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/** What the verbs are given. A service has no people, so the usual scopes are none of its own. */
export function inputOf(typed: Typed): ClientInput {
  const usual = typed.kind === 'service' && typed.scopes === texts.usualScopes;
  return {
    name: typed.name,
    kind: typed.kind,
    accountId: typed.account || null,
    redirectUris: words(typed.redirectUris),
    postLogoutRedirectUris: words(typed.postLogoutRedirectUris),
    backchannelLogoutUri: typed.backchannelLogoutUri.trim() || null,
    scopes: usual ? [] : words(typed.scopes),
    ...(typed.sectorIdentifier.trim() !== '' && { sectorIdentifier: typed.sectorIdentifier.trim() }),
    accessTokenFormat: typed.accessTokenFormat,
    audience: typed.audience.trim() || null,
    resource: typed.resource.trim() || null,
    firstParty: typed.firstParty === 'yes',
  };
}
