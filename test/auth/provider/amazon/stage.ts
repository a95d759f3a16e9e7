import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createClient } from '../../../../src/auth/provider/clients/clients.ts';
import type { ClientInput } from '../../../../src/auth/provider/clients/check.ts';
import type { OidcClient } from '../../../../src/auth/provider/clients/client.entity.ts';
import type { Page } from '../../../support/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { allow, callback, isBack, type OpenIdStage } from '../stage.ts';

export interface AmazonApplication {
  client: OidcClient;
  secret: string;
}

/** An application that uses Login with Amazon, as an administrator registers one. */
export async function amazonApplication(
  stage: OpenIdStage,
  input: Partial<ClientInput> = {},
): Promise<AmazonApplication> {
  const kind = input.kind ?? 'web';
  const { client, secret } = await createClient(stage.carillon.house, stage.company.scope.organisationId, {
    name: 'Shop',
    kind,
    protocol: 'amazon',
    queryTokens: true,
    ...(kind !== 'device' && { redirectUris: [callback] }),
    ...input,
  });
  return { client, secret: secret ?? '' };
}

/** An authorization request in Amazon's words. */
export function askUrl(
  { carillon: { url } }: OpenIdStage,
  { client }: AmazonApplication,
  more: Record<string, string | undefined> = {},
): string {
  const all = {
    client_id: client.id,
    scope: 'profile',
    response_type: 'code',
    redirect_uri: callback,
    state: 'a state',
    ...more,
  };
  const said = Object.entries(all).filter((each): each is [string, string] => each[1] !== undefined);
  return `${url}/ap/oa?${new URLSearchParams(said).toString()}`;
}

export interface Answer<T = Record<string, string>> {
  status: number;
  headers: Headers;
  body: T;
}

export async function answerOf<T = Record<string, string>>(reply: Response): Promise<Answer<T>> {
  const text = await reply.text();
  assert.match(reply.headers.get('content-type') ?? '', /^application\/json/, text);
  assert.equal(reply.headers.get('cache-control'), 'no-store');
  return { status: reply.status, headers: reply.headers, body: JSON.parse(text) as T };
}

/** Posts a form to one of Amazon's addresses, on a connection of its own. */
export const post = async (
  { carillon: { url } }: OpenIdStage,
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  answerOf(
    await fetch(`${url}${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { connection: 'close', ...headers },
    }),
  );

export const token = (stage: OpenIdStage, form: Record<string, string>, headers?: Record<string, string>) =>
  post(stage, '/auth/o2/token', form, headers);

/** The form in which passport-amazon exchanges a code. */
export const exchangeForm = ({ client, secret }: AmazonApplication, code: string): Record<string, string> => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: callback,
  client_id: client.id,
  ...(secret !== '' && { client_secret: secret }),
});

export const refreshForm = ({ client, secret }: AmazonApplication, refresh: string): Record<string, string> => ({
  grant_type: 'refresh_token',
  refresh_token: refresh,
  client_id: client.id,
  ...(secret !== '' && { client_secret: secret }),
});

/** Up to the code: sign-in must be done, consent is given where it is asked for. */
export async function codeFor(visitor: Visitor, url: string): Promise<string> {
  const back = await backFrom(visitor, url);
  const code = new URL(back.url).searchParams.get('code');
  assert.ok(code, back.url + back.text);
  return code;
}

export async function backFrom(visitor: Visitor, url: string): Promise<Page> {
  const page = await visitor.open(url, isBack);
  return isBack(page.url) ? page : allow(visitor, page);
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
}

/** Signs somebody in to an application. */
export async function tokensFor(
  stage: OpenIdStage,
  application: AmazonApplication,
  visitor: Visitor,
  more: Record<string, string> = {},
): Promise<Tokens> {
  const code = await codeFor(visitor, askUrl(stage, application, more));
  const { status, body } = await token(stage, exchangeForm(application, code));
  assert.equal(status, 200, JSON.stringify(body));
  return body as unknown as Tokens;
}

/** A request with an access token, in one of Amazon's three ways. */
export async function withToken<T = Record<string, unknown>>(
  { carillon: { url } }: OpenIdStage,
  path: string,
  accessToken: string,
  way: 'address' | 'header' | 'own header' = 'header',
): Promise<Answer<T>> {
  const query = way === 'address' ? `?${new URLSearchParams({ access_token: accessToken }).toString()}` : '';
  const headers: Record<string, string> =
    way === 'header'
      ? { authorization: `bearer ${accessToken}` }
      : way === 'own header'
        ? { 'x-amz-access-token': accessToken }
        : {};
  return answerOf<T>(await fetch(`${url}${path}${query}`, { headers }));
}

export const profile = (stage: OpenIdStage, accessToken: string, way?: 'address' | 'header' | 'own header') =>
  withToken(stage, '/user/profile', accessToken, way);
export const tokenInfo = (stage: OpenIdStage, accessToken: string, way?: 'address' | 'header' | 'own header') =>
  withToken(stage, '/auth/o2/tokeninfo', accessToken, way);

/** A verifier and its challenge (RFC 7636 §4.2). */
export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}
