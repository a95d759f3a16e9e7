import { EntitySchema } from 'typeorm';
import { type Columns, flag, id, integer, json, text, time } from '../../../platform/database/columns.ts';
import type { ClientKind, ClientProtocol, GrantType } from './kinds.ts';

/** A public key of a client that signs its own assertions (RFC 7523): ES256 or stronger, never a private part. */
export interface ClientJwk {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
  kid?: string;
  alg: 'ES256';
  use: 'sig';
}

/** A relying party (OpenID Connect) or client (RFC 6749), registered by an administrator. */
export interface OidcClient {
  /** The client_id. */
  id: string;
  organisationId: string;
  /** Only people of this account may sign in to it; null: everybody of the organisation. */
  accountId: string | null;
  name: string;
  kind: ClientKind;
  protocol: ClientProtocol;
  /** How it authenticates: with a secret, with a signature by its own key, or (public clients) not at all. */
  authentication: 'secret' | 'key' | 'none';
  /** SHA-256 of the secret. */
  secretHash: string | null;
  secretCreatedAt: number | null;
  /** SHA-256 of the secret before it, good until `formerSecretUntil`. */
  formerSecretHash: string | null;
  formerSecretUntil: number | null;
  jwks: ClientJwk[] | null;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  backchannelLogoutUri: string | null;
  /** Whether ID tokens and logout tokens carry `sid`; else a logout is of all that the person has there. */
  backchannelLogoutSession: boolean;
  grantTypes: GrantType[];
  scopes: string[];
  subjectType: 'pairwise' | 'public';
  /** The sector of pairwise subjects (OpenID Connect Core §8.1), a host name; null for public subjects. */
  sectorIdentifier: string | null;
  accessTokenFormat: 'opaque' | 'jwt';
  accessTokenSeconds: number;
  /** What its access tokens are for (RFC 8707), if they are for more than this provider. */
  audience: string | null;
  /** The audience that it is itself: it may introspect the tokens that were made for that. */
  resource: string | null;
  /** The organisation's own: nobody is asked for consent. */
  firstParty: boolean;
  /** A resource server, which may introspect the tokens of every client of its organisation. */
  introspectsOrganisation: boolean;
  /** Its access tokens may also come in an address, as Login with Amazon has it and RFC 9700 §4.3.2 forbids. */
  queryTokens: boolean;
  createdAt: number;
  updatedAt: number;
}

export const OidcClientTable = new EntitySchema<OidcClient>({
  name: 'OidcClient',
  tableName: 'oidc_clients',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accountId: { ...id, nullable: true },
    name: text(200),
    kind: text(8),
    protocol: text(8),
    authentication: text(8),
    secretHash: { ...text(64), nullable: true },
    secretCreatedAt: { ...time, nullable: true },
    formerSecretHash: { ...text(64), nullable: true },
    formerSecretUntil: { ...time, nullable: true },
    jwks: { ...json, nullable: true },
    redirectUris: json,
    postLogoutRedirectUris: json,
    backchannelLogoutUri: { ...text(1024), nullable: true },
    backchannelLogoutSession: flag,
    grantTypes: json,
    scopes: json,
    subjectType: text(8),
    sectorIdentifier: { ...text(253), nullable: true },
    accessTokenFormat: text(8),
    accessTokenSeconds: integer,
    audience: { ...text(512), nullable: true },
    resource: { ...text(512), nullable: true },
    firstParty: flag,
    introspectsOrganisation: flag,
    queryTokens: flag,
    createdAt: time,
    updatedAt: time,
  } satisfies Columns<OidcClient>,
});
