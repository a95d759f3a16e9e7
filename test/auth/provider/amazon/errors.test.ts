import assert from 'node:assert/strict';
import { updateClient } from '../../../../src/auth/provider/clients/clients.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { allow, callback, isBack, type OpenIdStage, setOpenIdStage, signedIn } from '../stage.ts';
import {
  type AmazonApplication,
  amazonApplication,
  type Answer,
  askUrl,
  codeFor,
  exchangeForm,
  pkce,
  post,
  profile,
  refreshForm,
  token,
  tokenInfo,
  tokensFor,
  withToken,
} from './stage.ts';

describe('Login with Amazon: errors by name', function () {
  this.timeout(60_000);
  let stage: OpenIdStage;
  let application: AmazonApplication;
  let visitor: Visitor;
  before(async () => {
    stage = await setOpenIdStage();
    application = await amazonApplication(stage, { firstParty: true });
    visitor = await signedIn(stage);
  });
  afterEach(() => clock.reset());
  after(() => stage.stop());

  function assertError({ status, body, headers }: Answer<unknown>, error: string, expected: number): void {
    const { error: name, error_description: description, request_id: id } = body as Record<string, string>;
    assert.deepEqual([name, status], [error, expected], JSON.stringify(body));
    assert.ok(description);
    assert.equal(id, headers.get('x-request-id'));
    assert.equal(Object.keys(body as object).length, 3);
  }

  /** The error that the browser takes back to the application, and the state beside it. */
  async function errorAt(more: Record<string, string | undefined>, by = application): Promise<string | null> {
    const { url } = await visitor.open(askUrl(stage, by, more), isBack);
    const { searchParams, hash } = new URL(url);
    const told = hash === '' ? searchParams : new URLSearchParams(hash.slice(1));
    assert.equal(told.get('state'), 'a state', url);
    assert.equal(told.get('code'), null);
    return told.get('error');
  }

  it('at the authorization address: request, scope, response type, and the person’s no', async () => {
    assert.equal(await errorAt({ scope: undefined }), 'invalid_request');
    for (const scope of ['email', 'openid', 'profile openid', 'profile offline_access', 'PROFILE', 'profile:', 'a"b'])
      assert.equal(await errorAt({ scope }), 'invalid_scope', scope);
    const narrow = await amazonApplication(stage, { firstParty: true, scopes: ['profile:user_id'] });
    assert.equal(await errorAt({ scope: 'profile' }, narrow), 'invalid_scope', 'not registered for it');
    assert.equal(await errorAt({ response_type: undefined }), 'invalid_request');
    assert.equal(await errorAt({ response_type: 'id_token' }), 'unsupported_response_type');
    const asked = await amazonApplication(stage);
    const page = await visitor.open(askUrl(stage, asked), isBack);
    const { searchParams } = new URL((await allow(visitor, page, 'deny')).url);
    assert.deepEqual([searchParams.get('error'), searchParams.get('state')], ['access_denied', 'a state']);
  });

  it('is a page, and nothing is sent anywhere, for an unknown application or an address that is not its own', async () => {
    for (const more of [
      { client_id: 'nobody' },
      { client_id: 'x'.repeat(2_000) },
      { client_id: undefined },
      { redirect_uri: `${callback}/` },
      { redirect_uri: undefined },
    ]) {
      const page = await visitor.open(askUrl(stage, application, more), isBack);
      assert.equal(page.status, 400, JSON.stringify(more));
      assert.equal(page.location, null);
      assert.match(page.text, /Reference: [0-9a-f-]{36}/);
    }
  });

  it('at the token address: the client', async () => {
    const code = await codeFor(visitor, askUrl(stage, application));
    const form = exchangeForm(application, code);
    assertError(await token(stage, { ...form, client_secret: 'wrong' }), 'invalid_client', 401);
    assertError(await token(stage, { ...form, client_id: 'nobody' }), 'invalid_client', 401);
    const { client_secret: _secret, ...bare } = form;
    assertError(await token(stage, bare), 'invalid_client', 401);
    const wrong = { authorization: `Basic ${btoa(`${application.client.id}:wrong`)}` };
    const { client_id: _id, ...nameless } = bare;
    assertError(await token(stage, nameless, wrong), 'invalid_client', 401);
    assertError(await token(stage, nameless), 'invalid_request', 400);
    assertError(await token(stage, form, wrong), 'invalid_request', 400);
    assert.equal((await token(stage, form)).status, 200, 'none of that has used the code up');
  });

  it('at the token address: the grant', async () => {
    const fresh = async (): Promise<Record<string, string>> =>
      exchangeForm(application, await codeFor(visitor, askUrl(stage, application)));
    assertError(await token(stage, { ...(await fresh()), redirect_uri: `${callback}/x` }), 'invalid_grant', 400);
    assertError(await token(stage, { ...(await fresh()), code: 'unknown' }), 'invalid_grant', 400);
    const { code: _code, ...codeless } = await fresh();
    assertError(await token(stage, codeless), 'invalid_request', 400);
    const other = await amazonApplication(stage, { firstParty: true });
    const { code = '' } = await fresh();
    assertError(await token(stage, exchangeForm(other, code)), 'invalid_grant', 400);
    const late = await fresh();
    clock.advance(61_000);
    assertError(await token(stage, late), 'invalid_grant', 400);
    clock.reset();
    const { grant_type: _grant, ...nothing } = await fresh();
    assertError(await token(stage, nothing), 'invalid_request', 400);
    for (const grant of ['password', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code', 'implicit'])
      assertError(await token(stage, { ...(await fresh()), grant_type: grant }), 'unsupported_grant_type', 400);
    const coded = await amazonApplication(stage, { firstParty: true, grantTypes: ['authorization_code'] });
    const tokens = await tokensFor(stage, coded, visitor);
    assert.equal('refresh_token' in tokens, false);
    assertError(await token(stage, refreshForm(coded, 'Atzr|x')), 'unauthorized_client', 400);
    assertError(await token(stage, refreshForm(application, 'Atzr|unknown')), 'invalid_grant', 400);
    assertError(await token(stage, refreshForm(application, 'unknown')), 'invalid_grant', 400);
  });

  it('at the token address: what is no request', async () => {
    const { url } = stage.carillon;
    const get = await fetch(`${url}/auth/o2/token`);
    assert.equal(get.status, 405);
    assert.equal(((await get.json()) as { error: string }).error, 'invalid_request');
    const twice = new URLSearchParams(exchangeForm(application, 'x'));
    twice.append('client_id', application.client.id);
    for (const [body, type] of [
      [twice.toString(), 'application/x-www-form-urlencoded'],
      ['{}', 'application/json'],
      [`code=${'x'.repeat(20_000)}`, 'application/x-www-form-urlencoded'],
    ] as const) {
      const reply = await fetch(`${url}/auth/o2/token`, { method: 'POST', body, headers: { 'content-type': type } });
      assert.equal(((await reply.json()) as { error: string }).error, 'invalid_request', body.slice(0, 40));
    }
  });

  it('answers programs in JSON, whatever they say that they would take', async () => {
    const form = exchangeForm(application, 'unknown');
    assertError(await token(stage, form, { accept: 'text/html' }), 'invalid_grant', 400);
    const broken = await amazonApplication(stage, { kind: 'device' });
    const asked = { response_type: 'device_code', client_id: broken.client.id, scope: 'profile' };
    assert.equal((await post(stage, '/auth/o2/create/codepair', asked, { accept: 'text/html' })).status, 200);
  });

  it('at profile and tokeninfo: the token', async () => {
    const tokens = await tokensFor(stage, application, visitor);
    const { url } = stage.carillon;
    for (const path of ['/user/profile', '/auth/o2/tokeninfo']) {
      const ask = async (query: string, headers: Record<string, string> = {}): Promise<Answer> => {
        const reply = await fetch(`${url}${path}${query}`, { headers });
        return { status: reply.status, headers: reply.headers, body: (await reply.json()) as Record<string, string> };
      };
      assertError(await ask(''), 'invalid_request', 400);
      assertError(await ask('?access_token='), 'invalid_request', 400);
      assertError(await ask('', { authorization: `Basic ${tokens.access_token}` }), 'invalid_request', 400);
      const once = `?access_token=${encodeURIComponent(tokens.access_token)}`;
      assertError(await ask(`${once}&${once.slice(1)}`), 'invalid_request', 400);
      assertError(await ask(once, { authorization: `Bearer ${tokens.access_token}` }), 'invalid_request', 400);
      for (const strange of ['unknown', 'Atza|', 'Atza|unknown', tokens.refresh_token, `Atza|${'x'.repeat(3_000)}`])
        assertError(await withToken(stage, path, strange), 'invalid_token', 400);
      assertError(await withToken(stage, path, tokens.access_token.slice(5)), 'invalid_token', 400);
    }
    clock.advance(3_601_000);
    assertError(await profile(stage, tokens.access_token), 'invalid_token', 400);
    assertError(await tokenInfo(stage, tokens.access_token), 'invalid_token', 400);
  });

  it('is insufficient_scope when the application may ask for nothing of it any more', async () => {
    const { house } = stage.carillon;
    const shrunk = await amazonApplication(stage, { firstParty: true });
    const tokens = await tokensFor(stage, shrunk, visitor, { scope: 'profile postal_code' });
    const { organisationId, id } = shrunk.client;
    await updateClient(house, organisationId, id, { scopes: ['postal_code', 'profile:user_id'] });
    assert.deepEqual(Object.keys((await profile(stage, tokens.access_token)).body), ['user_id']);
    await updateClient(house, organisationId, id, { scopes: ['profile:user_id'] });
    assertError(await profile(stage, tokens.access_token), 'insufficient_scope', 401);
  });

  it('is invalid_grant for a verifier that does not fit its challenge', async () => {
    const { verifier, challenge } = pkce();
    const more = { code_challenge: challenge, code_challenge_method: 'S256' };
    const fresh = async (by: Record<string, string>): Promise<Record<string, string>> =>
      exchangeForm(application, await codeFor(visitor, askUrl(stage, application, by)));
    assertError(await token(stage, { ...(await fresh(more)), code_verifier: pkce().verifier }), 'invalid_grant', 400);
    assert.equal((await token(stage, { ...(await fresh(more)), code_verifier: verifier })).status, 200);
  });
});
