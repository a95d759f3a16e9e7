import { hashToken } from '../../../platform/ids/ids.ts';
import type { ClientJwk, OidcClient } from './client.entity.ts';
import { type ClientProtocol, deviceGrant, type GrantType } from './kinds.ts';
import { type GoodSecret, secretsOf } from './secrets.ts';

/** What a client has beyond the names of RFC 7591: for `extraClientMetadata.properties` of oidc-provider. */
export const ownMetadata = [
  'carillon_secrets',
  'organisation_id',
  'account_id',
  'first_party',
  'protocol',
  'allowed_scopes',
  'access_token_format',
  'access_token_seconds',
  'audience',
] as const;

/** A client as oidc-provider knows it: the names of RFC 7591 and OpenID Connect Registration, and our own. */
export interface ClientMetadata {
  client_id: string;
  client_name: string;
  application_type: 'web' | 'native';
  token_endpoint_auth_method: 'client_secret_basic' | 'private_key_jwt' | 'none';
  token_endpoint_auth_signing_alg?: 'ES256';
  client_secret?: string;
  jwks?: { keys: ClientJwk[] };
  redirect_uris: string[];
  post_logout_redirect_uris: string[];
  response_types: 'code'[];
  grant_types: GrantType[];
  subject_type: 'pairwise' | 'public';
  sector_identifier_uri?: string;
  id_token_signed_response_alg: 'ES256';
  require_auth_time: boolean;
  backchannel_logout_uri?: string;
  backchannel_logout_session_required?: boolean;
  carillon_secrets: GoodSecret[];
  organisation_id: string;
  account_id: string | null;
  first_party: boolean;
  protocol: ClientProtocol;
  allowed_scopes: string[];
  access_token_format: 'opaque' | 'jwt';
  access_token_seconds: number;
  audience: string | null;
}

/** The sector that pairwise subjects of a client are made for: its own id, when it has no host of its own. */
export const sectorOf = (client: OidcClient): string => client.sectorIdentifier ?? client.id;

/**
 * A client in oidc-provider's words. `sector_identifier_uri` only carries the sector, whose host names were judged when
 * they were registered: it is not to be fetched (`sectorIdentifierUriValidate: () => false`).
 */
export function describeClient(client: OidcClient): ClientMetadata {
  const isAmazon = client.protocol === 'amazon';
  return {
    client_id: client.id,
    client_name: client.name,
    application_type: client.kind === 'native' ? 'native' : 'web',
    ...authenticationOf(client),
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    response_types: client.grantTypes.includes('authorization_code') ? ['code'] : [],
    grant_types: client.grantTypes,
    // Login with Amazon has no ID tokens: its user_id is made by `subjects.ts` alone.
    subject_type: isAmazon || client.grantTypes.includes(deviceGrant) ? 'public' : client.subjectType,
    ...(!isAmazon && client.subjectType === 'pairwise' && { sector_identifier_uri: `https://${sectorOf(client)}/` }),
    id_token_signed_response_alg: 'ES256',
    require_auth_time: !isAmazon,
    ...(client.backchannelLogoutUri !== null && {
      backchannel_logout_uri: client.backchannelLogoutUri,
      backchannel_logout_session_required: client.backchannelLogoutSession,
    }),
    carillon_secrets: secretsOf(client),
    organisation_id: client.organisationId,
    account_id: client.accountId,
    first_party: client.firstParty,
    protocol: client.protocol,
    // A device is used where nobody is signed in, so it asks for that too (`../amazon/codepair.ts`).
    allowed_scopes: isAmazon && client.kind === 'device' ? [...client.scopes, 'offline_access'] : client.scopes,
    access_token_format: client.accessTokenFormat,
    access_token_seconds: client.accessTokenSeconds,
    audience: client.audience,
  };
}

type Authentication = Pick<
  ClientMetadata,
  'token_endpoint_auth_method' | 'token_endpoint_auth_signing_alg' | 'client_secret' | 'jwks'
>;

function authenticationOf({ authentication, jwks, secretHash, id }: OidcClient): Authentication {
  if (authentication === 'none') return { token_endpoint_auth_method: 'none' };
  if (authentication === 'key') {
    return {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: jwks ?? [] },
    };
  }
  // oidc-provider wants a secret to be there. The real one is not; this opens nothing, wherever it may be compared.
  return { token_endpoint_auth_method: 'client_secret_basic', client_secret: hashToken(`${id} ${secretHash}`) };
}
