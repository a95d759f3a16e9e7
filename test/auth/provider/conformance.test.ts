import assert from 'node:assert/strict';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import type { Page } from '../../support/page.ts';
import type { Visitor } from '../../support/visitor.ts';
import {
  allow,
  type Application,
  ask,
  type Asked,
  authorize,
  callback,
  exchange,
  isBack,
  type OpenIdStage,
  setOpenIdStage,
  signedIn,
  visit,
} from './stage.ts';

let stage: OpenIdStage;
/** The organisation's own, so that nobody is asked. */
let own: Application;
let visitor: Visitor;
let metadata: Record<string, unknown>;

const errorOf = ({ url }: Page): string | null => new URL(url).searchParams.get('error');
const query = ({ url }: Page): Record<string, string> => Object.fromEntries(new URL(url).searchParams);
const request = async (parameters: Record<string, string> = {}, without: string[] = []): Promise<Page> => {
  const { url } = await ask(own, parameters);
  for (const name of without) url.searchParams.delete(name);
  return visitor.open(url.href, isBack);
};
const begin = async (parameters: Record<string, string> = {}): Promise<[Asked, string]> => {
  const asked = await ask(own, parameters);
  return [asked, (await visit(visitor, asked)).url];
};
const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${stage.issuer}${path}`, { method: 'POST', body: new URLSearchParams(form), headers });
const basic = ({ client, secret }: Application): Record<string, string> => ({
  authorization: `Basic ${btoa(`${client.id}:${secret}`)}`,
});
const tokenForm = async (): Promise<Record<string, string>> => {
  const [asked, back] = await begin();
  const code = new URL(back).searchParams.get('code') ?? '';
  return { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: asked.verifier };
};
const body = async (reply: Response): Promise<Record<string, string>> => (await reply.json()) as Record<string, string>;
const userinfo = (token: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${stage.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` }, ...init });

/** The cases of the OpenID Foundation's plans that hold for a code-only provider, in our own words. */
const plans: Record<string, Record<string, () => Promise<void>>> = {
  'Config OP': {
    'discovery names this very issuer': async () => assert.equal(metadata['issuer'], stage.issuer),
    'discovery is JSON that anybody may read': async () => {
      const reply = await fetch(`${stage.issuer}/.well-known/openid-configuration`, {
        headers: { origin: 'https://x.example' },
      });
      assert.match(reply.headers.get('content-type') ?? '', /application\/json/);
      assert.equal(reply.headers.get('access-control-allow-origin'), 'https://x.example');
      assert.equal(reply.headers.get('access-control-allow-credentials'), null);
    },
    'RFC 8414 gives the same between host and path': async () => {
      const reply = await fetch(`${stage.carillon.url}/.well-known/oauth-authorization-server/oidc`);
      assert.deepEqual(await reply.json(), metadata);
    },
    'every endpoint is below the issuer': async () => {
      const endpoints = Object.entries(metadata).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name));
      assert.ok(endpoints.length >= 8);
      for (const [, url] of endpoints) assert.ok(String(url).startsWith(`${stage.issuer}/`));
    },
    'only the code flow with S256 is offered': async () => {
      assert.deepEqual(metadata['response_types_supported'], ['code']);
      assert.deepEqual(metadata['code_challenge_methods_supported'], ['S256']);
      const grants = metadata['grant_types_supported'] as string[];
      assert.ok(!grants.includes('implicit') && !grants.includes('password'));
    },
    'request objects by value or reference are off': async () => {
      assert.equal(metadata['request_uri_parameter_supported'], false);
      assert.notEqual(metadata['request_parameter_supported'], true);
    },
    'subjects are public and pairwise': async () =>
      assert.deepEqual(metadata['subject_types_supported'], ['public', 'pairwise']),
    'ID tokens are signed with ES256 alone': async () =>
      assert.deepEqual(metadata['id_token_signing_alg_values_supported'], ['ES256']),
    'iss is announced for answers': async () =>
      assert.equal(metadata['authorization_response_iss_parameter_supported'], true),
    'back-channel logout is announced, with sessions': async () => {
      assert.equal(metadata['backchannel_logout_supported'], true);
      assert.equal(metadata['backchannel_logout_session_supported'], true);
    },
    'the JWKS has public signing keys, each with a kid, and nothing private': async () => {
      const { keys } = (await (await fetch(`${stage.issuer}/jwks`)).json()) as { keys: Record<string, string>[] };
      assert.ok(keys.length >= 1);
      for (const key of keys) {
        assert.deepEqual([key['use'], key['alg'], key['d']], ['sig', 'ES256', undefined]);
        assert.ok(key['kid']);
      }
    },
  },
  'Basic OP': {
    'answers with code, state and iss, and nothing else': async () => {
      const asked = await ask(own);
      const answer = query(await visit(visitor, asked));
      assert.deepEqual(Object.keys(answer).sort(), ['code', 'iss', 'state']);
      assert.deepEqual([answer['state'], answer['iss']], [asked.state, stage.issuer]);
    },
    'works without state and without nonce': async () => {
      const answer = query(await request({}, ['state', 'nonce']));
      assert.ok(answer['code']);
      assert.equal(answer['state'], undefined);
    },
    'refuses a request without response_type': async () =>
      assert.equal(errorOf(await request({}, ['response_type'])), 'invalid_request'),
    'refuses response types of the implicit and hybrid flows': async () => {
      for (const type of ['token', 'id_token', 'code id_token', 'code token', 'id_token token', 'none']) {
        const page = await request({ response_type: type });
        const answer = new URL(page.url);
        const fragment = new URLSearchParams(answer.hash.slice(1));
        assert.equal(answer.searchParams.get('error') ?? fragment.get('error'), 'unsupported_response_type', type);
      }
    },
    'shows a page for an unknown client': async () => {
      const page = await request({ client_id: 'nobody' });
      assert.deepEqual([page.status, page.location], [400, null]);
      assert.match(page.text, /not known/);
    },
    'shows a page without a redirect URI': async () => {
      const page = await request({}, ['redirect_uri']);
      assert.deepEqual([page.status, page.location], [400, null]);
    },
    'refuses a scope that the client may not have': async () => {
      const narrow = await stage.application({ firstParty: true, scopes: ['openid'] });
      assert.equal(errorOf(await request({ client_id: narrow.client.id, scope: 'openid email' })), 'invalid_scope');
    },
    'leaves out a scope that nobody knows': async () => {
      const [asked, back] = await begin({ scope: 'openid unheard-of' });
      assert.equal((await exchange(own, asked, back)).scope, 'openid');
    },
    'refuses request and request_uri': async () => {
      assert.equal(errorOf(await request({ request: 'eyJhbGciOiJub25lIn0.e30.' })), 'request_not_supported');
      assert.match(
        String(errorOf(await request({ request_uri: 'https://x.example/r' }))),
        /invalid_request|not_supported/,
      );
    },
    'refuses a parameter that is there twice': async () => {
      const { url } = await ask(own);
      url.searchParams.append('scope', 'openid');
      assert.equal(errorOf(await visitor.open(url.href, isBack)), 'invalid_request');
    },
    'takes the request by POST, also from another site': async () => {
      const { url } = await ask(own);
      const first = await visitor.post(`${stage.issuer}/auth`, Object.fromEntries(url.searchParams));
      assert.equal(first.status, 303);
      assert.ok(query(await visitor.follow(first, isBack))['code']);
    },
    'ignores ui_locales, claims_locales, acr_values and display': async () => {
      const page = await request({ ui_locales: 'se', claims_locales: 'se', acr_values: '1 2', display: 'page' });
      assert.ok(query(page)['code']);
    },
    'an ID token has iss, sub, aud, exp, iat, auth_time, nonce, and at_hash or none': async () => {
      const [asked, back] = await begin();
      const tokens = await exchange(own, asked, back);
      const claims = decodeJwt(tokens.id_token!);
      assert.deepEqual([claims.iss, claims.aud, claims['nonce']], [stage.issuer, own.client.id, asked.nonce]);
      assert.equal(claims.sub, stage.userId);
      assert.ok(claims.exp === (claims.iat ?? 0) + 600 && Number(claims['auth_time']) <= claims.iat!);
      assert.equal(decodeProtectedHeader(tokens.id_token!).alg, 'ES256');
      const keys = createRemoteJWKSet(new URL(`${stage.issuer}/jwks`));
      await jwtVerify(tokens.id_token!, keys, { issuer: stage.issuer, audience: own.client.id });
    },
    'the ID token keeps personal claims for userinfo': async () => {
      const [asked, back] = await begin();
      const claims = decodeJwt((await exchange(own, asked, back)).id_token!);
      for (const name of ['email', 'name', 'tier', 'account_id']) assert.equal(name in claims, false);
    },
    'token answers are never cached': async () => {
      const reply = await post('/token', await tokenForm(), basic(own));
      assert.equal(reply.headers.get('cache-control'), 'no-store');
      const tokens = await body(reply);
      assert.deepEqual([tokens['token_type'], tokens['expires_in']], ['Bearer', 900]);
    },
    'client_secret_post works where client_secret_basic does': async () => {
      const { client, secret } = own;
      const reply = await post('/token', { ...(await tokenForm()), client_id: client.id, client_secret: secret });
      assert.equal(reply.status, 200);
    },
    'a wrong secret is 401 with a challenge': async () => {
      const reply = await post('/token', await tokenForm(), {
        authorization: `Basic ${btoa(`${own.client.id}:wrong`)}`,
      });
      assert.equal(reply.status, 401);
      assert.match(reply.headers.get('www-authenticate') ?? '', /^Basic /);
      assert.equal((await body(reply))['error'], 'invalid_client');
    },
    'a public client needs no secret, and gets in by PKCE': async () => {
      const spa = await stage.application({ kind: 'spa', firstParty: true });
      assert.ok((await authorize(spa, visitor)).access_token);
    },
    'unknown grant types are refused': async () => {
      const reply = await post('/token', { grant_type: 'password', username: 'x', password: 'y' }, basic(own));
      assert.equal((await body(reply))['error'], 'unsupported_grant_type');
    },
    'the token endpoint takes only POST of a form': async () => {
      assert.ok((await fetch(`${stage.issuer}/token`)).status >= 400);
      const reply = await fetch(`${stage.issuer}/token`, {
        method: 'POST',
        body: '{}',
        headers: { ...basic(own), 'content-type': 'application/json' },
      });
      assert.equal((await body(reply))['error'], 'invalid_request');
    },
    'userinfo answers to GET, to POST with a header, and to POST with a form': async () => {
      const { access_token: token, sub } = { ...(await authorize(own, visitor)), sub: stage.userId };
      for (const reply of [
        await userinfo(token),
        await userinfo(token, { method: 'POST' }),
        await post('/userinfo', { access_token: token }),
      ]) {
        assert.equal(reply.status, 200);
        assert.equal((await body(reply))['sub'], sub);
      }
    },
    'userinfo takes no token from the query, and not two': async () => {
      const { access_token: token } = await authorize(own, visitor);
      assert.ok((await fetch(`${stage.issuer}/userinfo?access_token=${token}`)).status >= 400);
      assert.equal(
        (await post('/userinfo', { access_token: token }, { authorization: `Bearer ${token}` })).status,
        400,
      );
    },
    'userinfo tells what the scopes say and no more': async () => {
      const [asked, back] = await begin({ scope: 'openid email' });
      const info = await body(await userinfo((await exchange(own, asked, back)).access_token));
      assert.deepEqual(Object.keys(info).sort(), ['email', 'email_verified', 'sub']);
    },
    'userinfo without a good token is 401 with a challenge': async () => {
      for (const token of ['', 'nonsense', 'a.b.c']) {
        const reply = await userinfo(token);
        assert.ok([400, 401].includes(reply.status));
        assert.match(reply.headers.get('www-authenticate') ?? '', /^Bearer /);
      }
    },
    'a refreshed ID token keeps iss, sub, aud, auth_time, and has no more scope than before': async () => {
      const tokens = await authorize(own, visitor, { scope: 'openid email' });
      const more = await openid.refreshTokenGrant(own.configuration, tokens.refresh_token!);
      const [one, two] = [decodeJwt(tokens.id_token!), decodeJwt(more.id_token!)];
      for (const name of ['iss', 'sub', 'aud', 'auth_time']) assert.equal(one[name], two[name]);
      const wide = openid.refreshTokenGrant(own.configuration, more.refresh_token!, { scope: 'openid email profile' });
      await assert.rejects(wide, { error: 'invalid_scope' });
    },
    'a revoked token is over, and revoking what is not there is no error': async () => {
      const tokens = await authorize(own, visitor);
      await openid.tokenRevocation(own.configuration, tokens.access_token);
      assert.equal((await userinfo(tokens.access_token)).status, 401);
      assert.equal((await post('/token/revocation', { token: 'nonsense' }, basic(own))).status, 200);
    },
    'another client revokes nothing': async () => {
      const tokens = await authorize(own, visitor);
      const other = await stage.application();
      await post('/token/revocation', { token: tokens.access_token }, basic(other));
      assert.equal((await userinfo(tokens.access_token)).status, 200);
    },
    'cookies are HttpOnly and SameSite': async () => {
      const { url } = await ask(own, { prompt: 'login' });
      const reply = await fetch(url, { redirect: 'manual' });
      const cookies = reply.headers.getSetCookie();
      assert.ok(cookies.length > 0);
      for (const cookie of cookies) assert.match(cookie, /httponly.*samesite=lax|samesite=lax.*httponly/i);
    },
  },
  'Form-Post OP': {
    'answers by a form that sends itself, and is not cached': async () => {
      const page = await request({ response_mode: 'form_post' });
      assert.equal(page.status, 200);
      assert.ok(page.fields(callback)['code']);
      assert.equal(page.headers.get('cache-control'), 'no-store');
      assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self';/);
    },
    'errors come by the same form': async () => {
      const page = await request({ response_mode: 'form_post', scope: 'openid', prompt: 'none login' });
      const fields = page.fields(callback);
      assert.deepEqual([fields['error'], fields['iss']], ['invalid_request', stage.issuer]);
    },
    'what the client sent is escaped': async () => {
      const state = '"><script>alert(1)</script>';
      const page = await request({ response_mode: 'form_post', state });
      assert.ok(!page.body.includes(state));
    },
    'unknown response modes are refused': async () =>
      assert.equal(errorOf(await request({ response_mode: 'web_message' })), 'unsupported_response_mode'),
  },
};

describe('OpenID provider: conformance', function () {
  this.timeout(60_000);
  before(async () => {
    stage = await setOpenIdStage({ signInRate: 1_000_000 });
    own = await stage.application({ firstParty: true });
    visitor = await signedIn(stage);
    const reply = await fetch(`${stage.issuer}/.well-known/openid-configuration`);
    metadata = (await reply.json()) as Record<string, unknown>;
  });
  after(async () => {
    await stage.stop();
  });

  for (const [plan, cases] of Object.entries(plans)) {
    describe(plan, () => {
      for (const [name, check] of Object.entries(cases)) it(`security check 1: ${name}`, check);
    });
  }

  it('asks for consent once in the whole journey of a third party', async () => {
    const third = await stage.application({ name: 'Third' });
    const asked = await ask(third);
    assert.ok(isBack((await allow(visitor, await visit(visitor, asked))).url));
  });
});
