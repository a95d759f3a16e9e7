import assert from 'node:assert/strict';
import * as openid from 'openid-client';
import { describeOnEachEngine } from '../../support/engines.ts';
import type { Page } from '../../support/page.ts';
import { scaled } from '../../support/scale.ts';
import type { Visitor } from '../../support/visitor.ts';
import { trailOf } from '../pages/support.ts';
import {
  type Application,
  afterLogout,
  ask,
  authorize,
  callback,
  isBack,
  type OpenIdStage,
  setOpenIdStage,
  signedIn,
  visit,
} from './stage.ts';
import { mutations } from './uri-mutations.ts';

interface Answer {
  status: number;
  body: Record<string, string>;
}

/** One request to the token endpoint, on a connection of its own. */
async function token(
  stage: OpenIdStage,
  { client, secret }: Application,
  form: Record<string, string>,
): Promise<Answer> {
  const reply = await fetch(`${stage.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.id}:${secret}`)}`, connection: 'close' },
    body: new URLSearchParams(form),
  });
  return { status: reply.status, body: (await reply.json()) as Record<string, string> };
}

/** A pushed authorization request (RFC 9126); a public client names itself alone. */
async function push(stage: OpenIdStage, { client, secret }: Application, { searchParams }: URL): Promise<Answer> {
  const reply = await fetch(`${stage.issuer}/par`, {
    method: 'POST',
    headers: secret === '' ? {} : { authorization: `Basic ${btoa(`${client.id}:${secret}`)}` },
    body: searchParams,
  });
  return { status: reply.status, body: (await reply.json()) as Record<string, string> };
}

async function codeFor(application: Application, visitor: Visitor): Promise<Record<string, string>> {
  const asked = await ask(application);
  const { url } = await visit(visitor, asked);
  const code = new URL(url).searchParams.get('code');
  assert.ok(code, url);
  return { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: asked.verifier };
}

const userinfo = (stage: OpenIdStage, accessToken: string | undefined): Promise<number> =>
  fetch(`${stage.issuer}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } }).then(
    ({ status }) => status,
  );

describeOnEachEngine('OpenID provider: races', function () {
  this.timeout(120_000 + scaled(200) * 500);
  let stage: OpenIdStage;
  let application: Application;
  let visitor: Visitor;
  before(async () => {
    stage = await setOpenIdStage({ signInRate: 1_000_000 });
    application = await stage.application({ firstParty: true });
    visitor = await signedIn(stage);
  });
  after(() => stage.stop());

  it('security check 3: of two that use a code at once one is answered, and what it got has ended', async () => {
    for (let round = 0; round < scaled(200); round++) {
      const form = await codeFor(application, visitor);
      const answers = await Promise.all([token(stage, application, form), token(stage, application, form)]);
      const good = answers.filter(({ status }) => status === 200);
      assert.ok(good.length <= 1, 'a code is used once');
      for (const { status, body } of answers) if (status !== 200) assert.equal(body['error'], 'invalid_grant');
      for (const { body } of good) {
        assert.equal(await userinfo(stage, body['access_token']), 401);
        const refresh = { grant_type: 'refresh_token', refresh_token: body['refresh_token'] ?? '' };
        assert.equal((await token(stage, application, refresh)).body['error'], 'invalid_grant');
      }
    }
    assert.ok((await trailOf(stage, 'RevokeGrant')).length > 0);
  });

  it('security check 3: a code that comes again later ends what the first was given', async () => {
    const form = await codeFor(application, visitor);
    const first = await token(stage, application, form);
    assert.equal(first.status, 200);
    assert.equal(await userinfo(stage, first.body['access_token']), 200);
    assert.equal((await token(stage, application, form)).body['error'], 'invalid_grant');
    assert.equal(await userinfo(stage, first.body['access_token']), 401);
  });

  it('security check 4: of eight that use a refresh token at once one is answered at most, and the family ends', async () => {
    for (let round = 0; round < scaled(40); round++) {
      const { body } = await token(stage, application, await codeFor(application, visitor));
      const form = { grant_type: 'refresh_token', refresh_token: body['refresh_token'] ?? '' };
      const answers = await Promise.all(Array.from({ length: 8 }, () => token(stage, application, form)));
      const good = answers.filter(({ status }) => status === 200);
      assert.ok(good.length <= 1, `${good.length} were answered`);
      assert.ok(answers.every(({ status, body: { error } }) => status === 200 || error === 'invalid_grant'));
      for (const answer of [body, ...good.map((each) => each.body)]) {
        const refresh = { grant_type: 'refresh_token', refresh_token: answer['refresh_token'] ?? '' };
        assert.equal((await token(stage, application, refresh)).body['error'], 'invalid_grant');
        assert.equal(await userinfo(stage, answer['access_token']), 401);
      }
    }
  });

  it('security check 4: a rotated refresh token that comes again ends the family', async () => {
    const tokens = await authorize(application, visitor);
    const next = await openid.refreshTokenGrant(application.configuration, tokens.refresh_token!);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token! };
    assert.equal((await token(stage, application, form)).body['error'], 'invalid_grant');
    assert.equal(await userinfo(stage, next.access_token), 401);
    const after = { grant_type: 'refresh_token', refresh_token: next.refresh_token! };
    assert.equal((await token(stage, application, after)).body['error'], 'invalid_grant');
  });

  it('keeps no code, token or user code in the database', async () => {
    const form = await codeFor(application, visitor);
    const { body } = await token(stage, application, form);
    const dump = JSON.stringify(await stage.carillon.house.ground.db.read.query('SELECT * FROM "oidc_artifacts"'));
    for (const secret of [form['code'], body['access_token'], body['refresh_token']])
      assert.ok(!dump.includes(String(secret)));
  });
});

describe('OpenID provider: attacks on a request', function () {
  this.timeout(60_000);
  let stage: OpenIdStage;
  let application: Application;
  let visitor: Visitor;
  before(async () => {
    stage = await setOpenIdStage({ signInRate: 1_000_000 });
    application = await stage.application({ firstParty: true });
    visitor = await signedIn(stage);
  });
  after(() => stage.stop());

  it('security check 2: 200 addresses that are not the registered one lead to a page, and nowhere else', async () => {
    const all = mutations(callback);
    assert.ok(all.length >= 200, String(all.length));
    for (const uri of all) {
      const { url } = await ask(application, { redirect_uri: uri });
      const page = await visitor.send(url.href);
      assert.equal(page.status, 400, uri);
      assert.equal(page.location, null, uri);
      assert.equal(page.headers.get('refresh'), null, uri);
      assert.match(page.text, /has not registered|could not be understood/, uri);
      assert.doesNotMatch(page.headers.get('content-security-policy') ?? '', /evil/, uri);
    }
    assert.ok(isBack((await visit(visitor, await ask(application))).url));
  });

  it('security check 2: nor can they be pushed', async () => {
    for (const uri of mutations(callback)) {
      const { url } = await ask(application, { redirect_uri: uri });
      const reply = await push(stage, application, url);
      assert.equal(reply.status, 400, uri);
      assert.match(reply.body['error'] ?? '', /^invalid_re/, uri);
      assert.equal(reply.body['request_uri'], undefined, uri);
    }
    assert.equal((await push(stage, application, (await ask(application)).url)).status, 201);
  });

  it('security check 2: nor does a sign-out lead to them, and nobody is signed out', async () => {
    const { id_token: hint } = await authorize(application, visitor);
    for (const uri of mutations(afterLogout)) {
      for (const who of [{ id_token_hint: hint! }, { client_id: application.client.id }] as Record<string, string>[]) {
        const query = new URLSearchParams({ ...who, post_logout_redirect_uri: uri });
        const page = await visitor.send(`${stage.issuer}/logout?${query.toString()}`);
        assert.deepEqual([page.status, page.location], [400, null], uri);
        assert.doesNotMatch(page.headers.get('content-security-policy') ?? '', /evil/, uri);
      }
    }
    assert.equal((await visitor.send('/session')).status, 200);
  });

  it('security check 2: a native client may choose its loopback port, and nothing else', async () => {
    const native = await stage.application({
      kind: 'native',
      firstParty: true,
      redirectUris: ['http://127.0.0.1/native', 'com.example.app:/back'],
      postLogoutRedirectUris: [],
    });
    const answers = async (uri: string): Promise<Page> =>
      visitor.send((await ask(native, { redirect_uri: uri })).url.href);
    for (const uri of ['http://127.0.0.1/native', 'http://127.0.0.1:51004/native', 'com.example.app:/back']) {
      assert.ok((await answers(uri)).headers.get('location')?.startsWith(uri), uri);
    }
    for (const uri of [
      'http://127.0.0.1:51004/Native',
      'http://127.0.0.1:51004/native/',
      'http://127.0.0.1:51004/native?x',
      'http://127.0.0.1:51004/native#x',
      'http://127.0.0.2:51004/native',
      'http://localhost:51004/native',
      'http://[::1]:51004/native',
      'https://127.0.0.1:51004/native',
      'http://u@127.0.0.1:51004/native',
      'http://127.0.0.1:51004@evil.example/native',
      'http://127.0.0.1:99999/native',
      'com.example.app:/other',
      'com.example.app://back',
      'COM.example.app:/back',
    ]) {
      const page = await answers(uri);
      assert.deepEqual([page.status, page.location], [400, null], uri);
    }
  });

  it('security check 5: PKCE is asked of every client, with S256, and the verifier must fit', async () => {
    const kinds = {
      web: application,
      thirdParty: await stage.application(),
      spa: await stage.application({ kind: 'spa', firstParty: true }),
      native: await stage.application({ kind: 'native', firstParty: true }),
    };
    for (const [kind, each] of Object.entries(kinds)) {
      const without = (await ask(each)).url;
      without.searchParams.delete('code_challenge');
      without.searchParams.delete('code_challenge_method');
      const plain = (await ask(each, { code_challenge_method: 'plain' })).url;
      const unnamed = (await ask(each)).url;
      unnamed.searchParams.delete('code_challenge_method');
      const unknown = (await ask(each, { code_challenge_method: 's256' })).url;
      const short = (await ask(each, { code_challenge: 'abc' })).url;
      const empty = (await ask(each, { code_challenge: '' })).url;
      for (const url of [without, plain, unnamed, unknown, short, empty]) {
        const back = new URL((await visitor.open(url.href, isBack)).url).searchParams;
        assert.equal(back.get('error'), 'invalid_request', `${kind} ${url.href}`);
        assert.equal(back.get('code'), null);
        assert.equal(back.get('iss'), stage.issuer);
        const pushed = await push(stage, each, url);
        assert.deepEqual([pushed.status, pushed.body['error']], [400, 'invalid_request'], `${kind}, pushed`);
      }
    }
    const form = await codeFor(application, visitor);
    const { code_verifier: _verifier, ...none } = form;
    assert.equal((await token(stage, application, none)).body['error'], 'invalid_grant');
    const wrong = { ...form, code_verifier: openid.randomPKCECodeVerifier() };
    assert.equal((await token(stage, application, wrong)).body['error'], 'invalid_grant');
    assert.equal((await token(stage, application, form)).status, 200, 'a wrong verifier does not use the code up');
  });

  it('security check 5: what was pushed is not weakened by what the browser brings', async () => {
    const { url } = await ask(application);
    const { body } = await push(stage, application, url);
    const query = new URLSearchParams({
      client_id: application.client.id,
      request_uri: body['request_uri'] ?? '',
      redirect_uri: 'https://evil.example/',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'plain',
      scope: 'openid',
    });
    const page = await visitor.open(`${stage.issuer}/auth?${query.toString()}`, isBack);
    const code = new URL(page.url).searchParams.get('code');
    assert.ok(code && isBack(page.url), page.url);
    const forged = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: 'a'.repeat(43) };
    assert.equal((await token(stage, application, forged)).body['error'], 'invalid_grant');
  });

  it('refuses another client’s code, and one for another address', async () => {
    const other = await stage.application({ firstParty: true, redirectUris: [callback, `${callback}2`] });
    const form = await codeFor(application, visitor);
    assert.equal((await token(stage, other, form)).body['error'], 'invalid_grant');
    const elsewhere = await codeFor(other, visitor);
    assert.equal(
      (await token(stage, other, { ...elsewhere, redirect_uri: `${callback}2` })).body['error'],
      'invalid_grant',
    );
  });

  it('security check 9: the session changes at each sign-in, and one that was planted before is nobody’s after', async () => {
    const victim = stage.carillon.visitor();
    const attacker = stage.carillon.visitor();
    // Somebody plants their own, unauthenticated cookies of the provider in the victim's browser.
    const asked = await ask(application);
    await attacker.open(asked.url.href, (location) => location.includes('/signin'));
    await attacker.open(`${stage.issuer}/device`);
    for (const [name, value] of attacker.jar()) victim.jar().set(name, value);
    const before = victim.jar().get('carillon_oidc');
    assert.ok(before);
    const page = await visit(victim, await ask(application));
    await victim.follow(
      await victim.post('/signin', { ...page.fields('/signin'), email: 'rosa.rogue@acme.example' }),
      isBack,
    );
    assert.notEqual(victim.jar().get('carillon_oidc'), before);
    const first = victim.jar().get('carillon_session');
    const planted = await attacker.open((await ask(application, { prompt: 'none' })).url.href, isBack);
    assert.equal(new URL(planted.url).searchParams.get('error'), 'login_required');
    // The provider's own cookie alone lets nobody in.
    attacker.jar().set('carillon_oidc', victim.jar().get('carillon_oidc') ?? '');
    attacker.jar().set('carillon_oidc.sig', victim.jar().get('carillon_oidc.sig') ?? '');
    const taken = await attacker.open((await ask(application, { prompt: 'none' })).url.href, isBack);
    assert.equal(new URL(taken.url).searchParams.get('error'), 'login_required');
    const again = await visit(victim, await ask(application, { prompt: 'login' }));
    await victim.follow(
      await victim.post('/signin', { ...again.fields('/signin'), email: 'rosa.rogue@acme.example' }),
      isBack,
    );
    assert.notEqual(victim.jar().get('carillon_session'), first);
    attacker.jar().set('carillon_session', first ?? '');
    assert.equal((await attacker.send('/session')).status, 401);
  });

  it('makes no link of the Host header', async () => {
    const reply = await fetch(`${stage.issuer}/.well-known/openid-configuration`, {
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' },
    });
    assert.doesNotMatch(await reply.text(), /evil/);
  });
});
