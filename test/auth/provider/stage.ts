import assert from 'node:assert/strict';
import * as openid from 'openid-client';
import { createClient, updateClient } from '../../../src/auth/provider/clients/clients.ts';
import type { ClientInput } from '../../../src/auth/provider/clients/check.ts';
import type { OidcClient } from '../../../src/auth/provider/clients/client.entity.ts';
import type { Config } from '../../../src/platform/config/settings.ts';
import type { Page } from '../../support/page.ts';
import type { Visitor } from '../../support/visitor.ts';
import { setStage, signIn, type Stage } from '../pages/support.ts';

/** Where the browser is sent back to: nobody listens there, the visitor stops before it. */
export const callback = 'http://127.0.0.1:1/callback';
export const afterLogout = 'http://127.0.0.1:1/bye';

export interface Application {
  client: OidcClient;
  secret: string;
  configuration: openid.Configuration;
}

/** Carillon with somebody who can sign in, and applications that trust it. */
export interface OpenIdStage extends Stage {
  issuer: string;
  application: (input?: Partial<ClientInput>, metadata?: Partial<openid.ClientMetadata>) => Promise<Application>;
}

export async function setOpenIdStage(overrides: Partial<Config> = {}): Promise<OpenIdStage> {
  const stage = await setStage(overrides);
  const { house, url } = stage.carillon;
  const issuer = `${url}/oidc`;
  return {
    ...stage,
    issuer,
    application: async (input = {}, metadata = {}) => {
      const kind = input.kind ?? 'web';
      const browser = kind === 'web' || kind === 'spa' || kind === 'native';
      const { client, secret } = await createClient(house, stage.company.scope.organisationId, {
        name: 'Wiki',
        kind,
        subjectType: 'public',
        ...(browser && { redirectUris: [callback], postLogoutRedirectUris: [afterLogout] }),
        ...(kind !== 'service' && { scopes: ['openid', 'profile', 'email', 'account', 'offline_access'] }),
        ...input,
      });
      const auth = secret === null ? openid.None() : openid.ClientSecretBasic(secret);
      const configuration = await openid.discovery(
        new URL(issuer),
        client.id,
        { id_token_signed_response_alg: 'ES256', ...metadata },
        auth,
        { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] },
      );
      return { client, secret: secret ?? '', configuration };
    },
  };
}

export interface Asked {
  url: URL;
  verifier: string;
  nonce: string;
  state: string;
}

/** A request for authorization, as openid-client makes it. */
export async function ask({ configuration }: Application, parameters: Record<string, string> = {}): Promise<Asked> {
  const verifier = openid.randomPKCECodeVerifier();
  const [nonce, state] = [openid.randomNonce(), openid.randomState()];
  const url = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: callback,
    scope: 'openid profile email account',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    nonce,
    state,
    ...parameters,
  });
  return { url, verifier, nonce, state };
}

export const isBack = (location: string): boolean => location.startsWith('http://127.0.0.1:1/');

/** Goes from an authorization request to wherever that leads: back to the application, or a page. */
export const visit = (visitor: Visitor, { url }: Asked): Promise<Page> => visitor.open(url.href, isBack);

/** Allows what the consent page asks, and goes on. */
export async function allow(visitor: Visitor, page: Page, answer = 'allow'): Promise<Page> {
  const { pathname } = new URL(page.url);
  assert.match(pathname, /^\/oidc\/interaction\//, page.body);
  return visitor.follow(await visitor.post(pathname, { ...page.fields(pathname), answer }), isBack);
}

/** The code flow from the request to the tokens, with consent where it is asked for. */
export async function authorize(
  application: Application,
  visitor: Visitor,
  parameters: Record<string, string> = {},
): Promise<openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers> {
  const asked = await ask(application, parameters);
  let page = await visit(visitor, asked);
  if (!isBack(page.url)) page = await allow(visitor, page);
  return exchange(application, asked, page.url);
}

export const exchange = (
  { configuration }: Application,
  { verifier, nonce, state }: Asked,
  back: string,
): Promise<openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers> =>
  openid.authorizationCodeGrant(configuration, new URL(back), {
    pkceCodeVerifier: verifier,
    expectedNonce: nonce,
    expectedState: state,
    idTokenExpected: true,
  });

/** Somebody who is signed in. */
export async function signedIn(stage: Stage): Promise<Visitor> {
  const visitor = stage.carillon.visitor();
  const page = await signIn(visitor);
  assert.match(page.url, /\/me$/);
  return visitor;
}

/** The error that the provider answers a request of openid-client with. */
export async function errorOf(request: Promise<unknown>): Promise<string> {
  try {
    await request;
  } catch (error) {
    const { error: code, cause } = error as { error?: string; cause?: { error?: string }[] | { error?: string } };
    return (
      code ?? (Array.isArray(cause) ? JSON.stringify(cause) : String((cause as { error?: string })?.error ?? error))
    );
  }
  return 'none';
}

export { updateClient };
