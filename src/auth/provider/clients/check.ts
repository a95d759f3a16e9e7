import { clientErrors } from './errors.ts';
import { checkKeys } from './key-set.ts';
import type { ClientJwk, OidcClient } from './client.entity.ts';
import { checkAmazonScopes, checkProtocol, refuseForeign } from './protocols.ts';
import {
  type ClientKind,
  clientKinds,
  type GrantType,
  kindRules,
  longestJwtSeconds,
  longestOpaqueSeconds,
} from './kinds.ts';
import { checkUris } from './uris.ts';

/** What an administrator says of a client; what is left out has its usual value, or stays as it is. */
export interface ClientInput {
  accountId?: string | null;
  name?: string;
  kind?: string;
  protocol?: string;
  redirectUris?: readonly string[];
  postLogoutRedirectUris?: readonly string[];
  backchannelLogoutUri?: string | null;
  backchannelLogoutSession?: boolean;
  grantTypes?: readonly string[];
  scopes?: readonly string[];
  subjectType?: string;
  sectorIdentifier?: string | null;
  accessTokenFormat?: string;
  accessTokenSeconds?: number;
  audience?: string | null;
  /** The audience that it is itself, as a resource server. */
  resource?: string | null;
  /** A JWK Set: the client then signs its own assertions, and has no secret. */
  jwks?: unknown;
  firstParty?: boolean;
  introspectsOrganisation?: boolean;
  queryTokens?: boolean;
}

/** Everything of a client but its identity, its secrets and its times. */
export type ClientSettings = Omit<
  OidcClient,
  | 'id'
  | 'organisationId'
  | 'secretHash'
  | 'secretCreatedAt'
  | 'formerSecretHash'
  | 'formerSecretUntil'
  | 'createdAt'
  | 'updatedAt'
>;

const mostScopes = 50;
const usualScopes = ['openid', 'profile', 'email'];
const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/**
 * The settings that follow from what was said.
 * @param before the client as it is; null for a new one
 * @param isListed whether the operator has listed an address's host as private
 * @throws client.*Invalid, naming the field
 */
export function settle(
  input: ClientInput,
  before: OidcClient | null,
  isListed: (url: string) => boolean,
): ClientSettings {
  const kind = before?.kind ?? checkKind(input.kind);
  const protocol = before?.protocol ?? checkProtocol(kind, input.protocol);
  const { redirects } = kindRules[kind];
  const jwks: ClientJwk[] | null =
    input.jwks === undefined || input.jwks === null ? (before?.jwks ?? null) : checkKeys(kind, input.jwks);
  const redirectUris = input.redirectUris ?? before?.redirectUris ?? [];
  const postLogoutRedirectUris = input.postLogoutRedirectUris ?? before?.postLogoutRedirectUris ?? [];
  if (redirects && redirectUris.length === 0) throw clientErrors('client.redirectMissing', { field: 'redirectUris' });
  if (!redirects && redirectUris.length > 0) throw clientErrors('client.redirectUnwanted', { field: 'redirectUris' });
  if (!redirects && postLogoutRedirectUris.length > 0) {
    throw clientErrors('client.redirectUnwanted', { field: 'postLogoutRedirectUris' });
  }
  const settings: ClientSettings = {
    accountId: input.accountId === undefined ? (before?.accountId ?? null) : input.accountId || null,
    name: checkName(input.name ?? before?.name ?? ''),
    kind,
    protocol,
    authentication: kindRules[kind].confidential ? (jwks ? 'key' : 'secret') : 'none',
    jwks,
    redirectUris: checkUris(kind, redirectUris, 'redirectUris', isListed),
    postLogoutRedirectUris: checkUris(kind, postLogoutRedirectUris, 'postLogoutRedirectUris', isListed),
    backchannelLogoutUri:
      input.backchannelLogoutUri === undefined
        ? (before?.backchannelLogoutUri ?? null)
        : input.backchannelLogoutUri || null,
    backchannelLogoutSession: input.backchannelLogoutSession ?? before?.backchannelLogoutSession ?? true,
    grantTypes: checkGrants(kind, input.grantTypes ?? before?.grantTypes ?? kindRules[kind].usual),
    scopes:
      protocol === 'amazon'
        ? checkAmazonScopes(input.scopes ?? before?.scopes)
        : checkScopes(kind, input.scopes ?? before?.scopes ?? (kind === 'service' ? [] : usualScopes)),
    ...checkTokens(input, before),
    resource: checkResource(input, before),
    firstParty: input.firstParty ?? before?.firstParty ?? false,
    introspectsOrganisation: input.introspectsOrganisation ?? before?.introspectsOrganisation ?? false,
    queryTokens: input.queryTokens ?? before?.queryTokens ?? false,
    subjectType: 'public',
    sectorIdentifier: null,
  };
  refuseForeign(settings);
  // Login with Amazon tells every device's people apart; oidc-provider could not (`metadata.ts`).
  const pairwise = redirects || protocol === 'amazon';
  return { ...settings, ...checkSubject(input, before, settings.redirectUris, pairwise) };
}

function checkKind(kind: string | undefined): ClientKind {
  const known = clientKinds.find((one) => one === kind);
  if (!known) throw clientErrors('client.kindInvalid', { field: 'kind', values: { kinds: clientKinds.join(', ') } });
  return known;
}

function checkName(given: string): string {
  const name = given.normalize('NFC').trim();
  if (!name || name.length > 200 || /\p{Cc}/u.test(name)) throw clientErrors('client.nameInvalid', { field: 'name' });
  return name;
}

function checkGrants(kind: ClientKind, given: readonly string[]): GrantType[] {
  const { grants } = kindRules[kind];
  const chosen = grants.filter((grant) => given.includes(grant));
  // The first is what the kind is for; without it the others have nothing to stand on.
  if (!chosen.includes(grants[0]!) || given.some((grant) => !(grants as readonly string[]).includes(grant))) {
    throw clientErrors('client.grantInvalid', { field: 'grantTypes', values: { grants: grants.join(', ') } });
  }
  return chosen;
}

function checkScopes(kind: ClientKind, given: readonly string[]): string[] {
  const scopes = [...new Set(given)];
  const wrong = scopes.length > mostScopes || scopes.some((scope) => !/^[\w.:/-]{1,64}$/.test(scope));
  if (wrong || (kind !== 'service' && !scopes.includes('openid'))) {
    throw clientErrors('client.scopeInvalid', { field: 'scopes', values: { limit: mostScopes } });
  }
  return scopes;
}

/** Access tokens: opaque ones die with their session, so they may live longer than JWTs, which nobody can take back. */
function checkTokens(
  input: ClientInput,
  before: OidcClient | null,
): Pick<ClientSettings, 'accessTokenFormat' | 'accessTokenSeconds' | 'audience'> {
  const format = input.accessTokenFormat ?? before?.accessTokenFormat ?? 'opaque';
  if (format !== 'opaque' && format !== 'jwt') {
    throw clientErrors('client.tokenFormatInvalid', { field: 'accessTokenFormat' });
  }
  const limit = format === 'jwt' ? longestJwtSeconds : longestOpaqueSeconds;
  const seconds = input.accessTokenSeconds ?? Math.min(before?.accessTokenSeconds ?? limit, limit);
  if (!Number.isSafeInteger(seconds) || seconds < 30 || seconds > limit) {
    throw clientErrors('client.tokenLifeInvalid', { field: 'accessTokenSeconds', values: { limit } });
  }
  const audience = input.audience === undefined ? (before?.audience ?? null) : input.audience || null;
  if (audience === null ? format === 'jwt' : !isResource(audience)) {
    throw clientErrors('client.audienceInvalid', { field: 'audience' });
  }
  return { accessTokenFormat: format, accessTokenSeconds: seconds, audience };
}

/** A resource is named by an absolute URI without a fragment (RFC 8707 §2). */
const isResource = (uri: string): boolean =>
  uri.length <= 512 && /^[\x21-\x7e]+$/.test(uri) && !uri.includes('#') && URL.canParse(uri);

function checkResource(input: ClientInput, before: OidcClient | null): string | null {
  const resource = input.resource === undefined ? (before?.resource ?? null) : input.resource || null;
  if (resource !== null && !isResource(resource)) throw clientErrors('client.resourceInvalid', { field: 'resource' });
  return resource;
}

/** Pairwise unless it was said otherwise; the sector is the redirect URIs' host, or what was set (Core §8.1). */
function checkSubject(
  input: ClientInput,
  before: OidcClient | null,
  redirectUris: readonly string[],
  mayBePairwise: boolean,
): Pick<ClientSettings, 'subjectType' | 'sectorIdentifier'> {
  const type = input.subjectType ?? before?.subjectType ?? (mayBePairwise ? 'pairwise' : 'public');
  if ((type !== 'pairwise' && type !== 'public') || (type === 'pairwise' && !mayBePairwise)) {
    throw clientErrors('client.subjectInvalid', { field: 'subjectType' });
  }
  if (type === 'public') return { subjectType: type, sectorIdentifier: null };
  // Kept once it is there: people would be strangers to the client after a change of its addresses.
  const given = input.sectorIdentifier ?? before?.sectorIdentifier ?? null;
  if (given !== null && given !== '') {
    if (!hostName.test(given)) throw clientErrors('client.sectorInvalid', { field: 'sectorIdentifier' });
    return { subjectType: type, sectorIdentifier: given };
  }
  const hosts = new Set(redirectUris.filter((uri) => uri.startsWith('https:')).map((uri) => new URL(uri).hostname));
  const [host, ...others] = hosts;
  if (others.length > 0) throw clientErrors('client.sectorInvalid', { field: 'sectorIdentifier' });
  // Without an https address there is no host that means this client alone: it is a sector of its own.
  return { subjectType: type, sectorIdentifier: host ?? null };
}
