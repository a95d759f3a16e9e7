import type * as Library from 'oidc-provider';
import type { Client, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { Keyring } from '../../platform/secrets/keyring.ts';
import type { Web } from '../web.ts';
import type { Artifacts, Asking } from './artifacts/artifacts.ts';
import { currentUnit } from './artifacts/unit.ts';
import { createDeviceRate, withinBounds } from './asked-bounds.ts';
import { claimsOf, scopeClaims } from './claims.ts';
import type { ClientRegistry } from './clients/registry.ts';
import { amazonScopes, type ClientProtocol, longestJwtSeconds } from './clients/kinds.ts';
import { describeClient, ownMetadata } from './clients/metadata.ts';
import type { SecretCheck } from './clients/secret-check.ts';
import { existingGrant } from './grants.ts';
import type { KeySet } from './keys/keys.ts';
import { participate } from './participation.ts';
import { createPolicy, isFor } from './policy.ts';
import { deviceFlowPages, logoutPages, renderError } from './render.ts';
import { sessionSeconds } from './session-view.ts';
import type { Subjects } from './subjects.ts';

/** What the provider stands on. */
export interface ProviderParts extends Web {
  keyring: Keyring;
  clients: ClientRegistry;
  artifacts: Artifacts;
  subjects: Subjects;
  /** The one check of client secrets, which slows down whoever guesses. */
  secretCheck: SecretCheck;
}

/** An interaction that is not finished by then must be begun again from the application. */
const interactionSeconds = 900;
const codeSeconds = 60;
export const deviceCodeSeconds = 600;
const daySeconds = 86_400;
const scopes = [...Object.keys(scopeClaims), 'offline_access'];
/** What the provider itself gives a meaning to. */
export const scopesOf: Readonly<Record<ClientProtocol, readonly string[]>> = {
  openid: scopes,
  amazon: [...amazonScopes, 'offline_access'],
};

/**
 * How oidc-provider is to behave: RFC 9700 throughout, and everything that counts asked of our own floors.
 * @param protocol whose clients it knows; what else is different is its face's to say
 */
export function configure(
  parts: ProviderParts,
  keys: KeySet,
  library: typeof Library,
  protocol: ClientProtocol,
): Configuration {
  const { ground, sessions, keyring, artifacts, clients, subjects, cookies } = parts;
  const { config } = ground;
  const secure = config.publicUrl.startsWith('https:');
  const asking = (): Asking => askingOf(library.Provider.ctx);
  const bounds = { ground, errors: library.errors, current: () => library.Provider.ctx, devices: createDeviceRate() };
  const options: Configuration = {
    adapter: (model: string) =>
      model === 'Client'
        ? clientAdapter(clients, protocol)
        : withinBounds(bounds, model, ofOwnClients(artifacts.adapter(model, asking), clients, protocol)),
    jwks: { keys: keys.privateKeys.map((key) => ({ ...key })) },
    clientDefaults: { id_token_signed_response_alg: 'ES256', token_endpoint_auth_method: 'client_secret_basic' },
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES256'],
      idTokenSigningAlgValues: ['ES256'],
      userinfoSigningAlgValues: ['ES256'],
      introspectionSigningAlgValues: ['ES256'],
      authorizationSigningAlgValues: ['ES256'],
      dPoPSigningAlgValues: ['ES256', 'Ed25519'],
    },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    extraClientMetadata: { properties: [...ownMetadata] },
    cookies: {
      keys: [keyring.derive('oidc cookies').toString('base64url')],
      names: {
        session: secure ? '__Host-carillon_oidc' : 'carillon_oidc',
        interaction: 'carillon_oidc_interaction',
        resume: 'carillon_oidc_resume',
      },
      long: { httpOnly: true, sameSite: 'lax', signed: true },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    // Written out, so that no path moves with the library.
    routes: {
      authorization: '/auth',
      token: '/token',
      userinfo: '/userinfo',
      jwks: '/jwks',
      introspection: '/token/introspection',
      revocation: '/token/revocation',
      end_session: '/logout',
      code_verification: '/device',
      device_authorization: '/device/auth',
      pushed_authorization_request: '/par',
    },
    scopes,
    claims: { ...scopeClaims, auth_time: null, iss: null, sid: null },
    conformIdTokenClaims: true,
    subjectTypes: ['public', 'pairwise'],
    pairwiseIdentifier: async (_ctx, accountId, client) => subjects.pairwise(accountId, sectorIdentifierOf(client)),
    // It only carries the sector, which was judged when the client was registered.
    sectorIdentifierUriValidate: () => false,
    responseTypes: ['code'],
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    acceptQueryParamAccessTokens: false,
    clockTolerance: 5,
    interactions: {
      policy: createPolicy(library.interactionPolicy, () => currentUnit()?.who?.principal ?? null),
      url: (_ctx, { uid }) => interactionPath(uid),
    },
    loadExistingGrant: (ctx) => existingGrant(ground, ctx),
    findAccount: async (ctx, id, token) => {
      const principal = await sessions.principalOf('user', id);
      if (!principal?.mayBeIn) return undefined;
      // At the authorization endpoint a page says so; a token of somebody who is not meant is refused.
      if (token && ctx.oidc.client && !isFor(ctx.oidc.client, principal)) return undefined;
      return { accountId: id, claims: async () => ({ sub: id, ...(await claimsOf(ground.db.read, principal)) }) };
    },
    // What is bound to a session is kept so by our own rows, with the session's own check, at every look.
    expiresWithSession: async (ctx, source) => {
      if (source.kind === 'AuthorizationCode' || source.kind === 'DeviceCode') await participate(parts, ctx);
      return false;
    },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    revokeGrantPolicy: () => true,
    clientBasedCORS: (_ctx, origin, client) =>
      client.tokenEndpointAuthMethod === 'none' &&
      (client.redirectUris ?? []).some((uri) => /^https?:/.test(uri) && new URL(uri).origin === origin),
    // Keys and sectors of clients are registered, not fetched; whatever the library would call, it must not.
    fetch: async () => {
      throw new Error('the provider calls nobody');
    },
    discovery: { service_documentation: undefined, claims_parameter_supported: false },
    renderError,
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      deviceFlow: { enabled: true, charset: 'base-20', mask: '****-****', ...deviceFlowPages },
      // For the discovery document: what is asked there `introspection/` answers, and the library never.
      introspection: { enabled: true, allowedPolicy: () => false },
      jwtIntrospection: { enabled: false },
      jwtUserinfo: { enabled: false },
      pushedAuthorizationRequests: { enabled: true },
      requestObjects: { enabled: false },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: { enabled: true, ...logoutPages(cookies) },
      resourceIndicators: {
        enabled: true,
        defaultResource: async (ctx, client, oneOf) =>
          oneOf ??
          (ctx.oidc.params?.['grant_type'] === 'client_credentials' ? audienceOf(client, config.publicUrl) : undefined),
        useGrantedResource: async () => false,
        getResourceServerInfo: async (_ctx, resource, client) => {
          if (resource !== audienceOf(client, config.publicUrl)) throw new library.errors.InvalidTarget();
          const isJwt = client['access_token_format'] === 'jwt';
          return {
            audience: resource,
            scope: ownScopes(client).join(' '),
            accessTokenFormat: isJwt ? 'jwt' : 'opaque',
            ...(isJwt && { jwt: { sign: { alg: 'ES256' } } }),
          };
        },
      },
    },
    ttl: {
      AccessToken: (_ctx, token, client) => accessSeconds(config.accessTokenSeconds, token, client),
      ClientCredentials: (_ctx, token, client) => accessSeconds(config.accessTokenSeconds, token, client),
      AuthorizationCode: codeSeconds,
      DeviceCode: deviceCodeSeconds,
      IdToken: config.idTokenSeconds,
      Interaction: interactionSeconds,
      PushedAuthorizationRequest: codeSeconds,
      Grant: config.refreshTokenDays * daySeconds,
      // However often it is rotated, a family ends when its first token would have.
      RefreshToken: (ctx) =>
        Math.max(1, ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? config.refreshTokenDays * daySeconds),
      Session: sessionSeconds,
    },
  };
  return options;
}

/** Where a person is asked something. */
export const interactionPath = (uid: string): string => `/oidc/interaction/${uid}`;

/** The host of `sector_identifier_uri`, or of the redirect URIs. */
function sectorIdentifierOf({ sectorIdentifier }: Client): string {
  if (typeof sectorIdentifier !== 'string') throw new Error('a client with pairwise subjects has a sector');
  return sectorIdentifier;
}

/** Scopes of the client's own, beyond those of OpenID Connect. */
const ownScopes = (client: Client): string[] =>
  (client['allowed_scopes'] as string[]).filter((scope) => !scopes.includes(scope));

/** What a client's tokens are for beside this provider's own userinfo; without one, Carillon's own interface. */
const audienceOf = (client: Client, publicUrl: string): string => (client['audience'] as string | null) ?? publicUrl;

interface SignedToken {
  resourceServer?: { accessTokenFormat?: string | undefined } | undefined;
}

function accessSeconds(most: number, token: SignedToken, client: Client): number {
  const own = client['access_token_seconds'] as number;
  const isJwt = token.resourceServer?.accessTokenFormat === 'jwt';
  return Math.min(most, own, isJwt ? longestJwtSeconds : most);
}

const refuse = async (): Promise<never> => {
  throw new Error('clients are registered by administrators');
};

/** A user code is found where its device's own protocol is spoken, and nowhere else. */
const ofOwnClients = (
  adapter: Library.Adapter,
  clients: ClientRegistry,
  protocol: ClientProtocol,
): Library.Adapter => ({
  ...adapter,
  findByUserCode: async (userCode) => {
    const found = await adapter.findByUserCode(userCode);
    const client = found && (await clients.find(found.clientId ?? ''));
    return client?.protocol === protocol ? found : undefined;
  },
});

/** Clients come from the registry, as they are now; those that speak another protocol are nobody here. */
function clientAdapter(clients: ClientRegistry, protocol: ClientProtocol): Library.Adapter {
  const find = async (id: string): Promise<Library.AdapterPayload | undefined> => {
    const client = await clients.find(id);
    if (client?.protocol !== protocol) return undefined;
    const { allowed_scopes: allowed, ...metadata } = describeClient(client);
    const scope = allowed.filter((one) => scopesOf[protocol].includes(one)).join(' ');
    return { ...metadata, allowed_scopes: allowed, ...(scope && { scope }) };
  };
  return {
    find,
    upsert: refuse,
    findByUid: refuse,
    findByUserCode: refuse,
    consume: refuse,
    destroy: refuse,
    revokeByGrantId: refuse,
  };
}

export function askingOf(ctx: KoaContextWithOIDC | undefined): Asking {
  const { client, entities } = ctx?.oidc ?? {};
  return {
    organisationId: (client?.['organisation_id'] as string | undefined) ?? null,
    accountId: (client?.['account_id'] as string | null | undefined) ?? null,
    refreshScope: entities?.RefreshToken?.scope,
  };
}
