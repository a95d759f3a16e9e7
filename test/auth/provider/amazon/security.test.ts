import assert from 'node:assert/strict';
import { createAccount } from '../../../../src/accounts/accounts/accounts.ts';
import { deleteClient, updateClient } from '../../../../src/auth/provider/clients/clients.ts';
import { sql } from '../../../../src/platform/database/sql.ts';
import { rows } from '../../../../src/platform/database/run.ts';
import { liftNo, sayNo } from '../../../../src/users/lifecycle/causes.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { scaled } from '../../../support/scale.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { trailOf } from '../../pages/support.ts';
import { authorize, callback, isBack, type OpenIdStage, setOpenIdStage, signedIn } from '../stage.ts';
import { mutations } from '../uri-mutations.ts';
import {
  type AmazonApplication,
  amazonApplication,
  askUrl,
  codeFor,
  exchangeForm,
  pkce,
  post,
  profile,
  refreshForm,
  token,
  tokenInfo,
  type Tokens,
  tokensFor,
} from './stage.ts';

describeOnEachEngine('Login with Amazon: once, and not after a no', function () {
  this.timeout(120_000 + scaled(40) * 1_000);
  let stage: OpenIdStage;
  let application: AmazonApplication;
  let visitor: Visitor;
  before(async () => {
    stage = await setOpenIdStage({ signInRate: 1_000_000 });
    application = await amazonApplication(stage, { firstParty: true });
    visitor = await signedIn(stage);
  });
  after(() => stage.stop());

  const fresh = async (): Promise<Record<string, string>> =>
    exchangeForm(application, await codeFor(visitor, askUrl(stage, application)));

  async function assertOver(tokens: Tokens): Promise<void> {
    for (const asked of [profile, tokenInfo]) {
      const { status, body } = await asked(stage, tokens.access_token);
      assert.deepEqual([status, body['error']], [400, 'invalid_token']);
    }
    const { body } = await token(stage, refreshForm(application, tokens.refresh_token));
    assert.equal(body['error'], 'invalid_grant');
    assert.ok(body['request_id']);
  }

  it('security check 3: of two that use a code of Login with Amazon at once one is answered, and what it got has ended', async () => {
    for (let round = 0; round < scaled(40); round++) {
      const form = await fresh();
      const answers = await Promise.all([token(stage, form), token(stage, form)]);
      const good = answers.filter(({ status }) => status === 200);
      assert.ok(good.length <= 1, 'a code is used once');
      for (const { status, body } of answers) if (status !== 200) assert.equal(body['error'], 'invalid_grant');
      for (const { body } of good) await assertOver(body as unknown as Tokens);
    }
    assert.ok((await trailOf(stage, 'RevokeGrant')).length > 0);
  });

  it('security check 3: a code of Login with Amazon that comes again later ends the grant', async () => {
    const form = await fresh();
    const { body } = await token(stage, form);
    assert.equal((await profile(stage, body['access_token'] ?? '')).status, 200);
    assert.equal((await token(stage, form)).body['error'], 'invalid_grant');
    await assertOver(body as unknown as Tokens);
  });

  it('security check 4: of eight that use a refresh token of Login with Amazon at once one is answered at most', async () => {
    for (let round = 0; round < scaled(10); round++) {
      const tokens = await tokensFor(stage, application, visitor);
      const form = refreshForm(application, tokens.refresh_token);
      const answers = await Promise.all(Array.from({ length: 8 }, () => token(stage, form)));
      const good = answers.filter(({ status }) => status === 200);
      assert.ok(good.length <= 1, `${good.length} were answered`);
      for (const { body } of good) await assertOver(body as unknown as Tokens);
      await assertOver(tokens);
    }
  });

  it('ends with a no from its commit on, and does not live again', async () => {
    const { ground } = stage.carillon.house;
    const person = await stage.company.member('ida.rogue', 'Pro', 'sub-ida');
    const honest = { ...stage.provider.subject };
    Object.assign(stage.provider.subject, { sub: 'sub-ida', email: 'ida.rogue@acme.example' });
    const ida = stage.carillon.visitor();
    await ida.follow(await ida.postFrom('/signin', '/signin', { email: 'ida.rogue@acme.example' }));
    Object.assign(stage.provider.subject, honest);
    const tokens = await tokensFor(stage, application, ida);
    const pending = exchangeForm(application, await codeFor(ida, askUrl(stage, application)));
    assert.equal((await tokenInfo(stage, tokens.access_token)).status, 200);
    const scope = { ...stage.company.scope, id: person.id };
    await ground.db.write((m) => sayNo(ground, m, scope, 'administrator', 'test'));
    await assertOver(tokens);
    assert.equal((await token(stage, pending)).body['error'], 'invalid_grant');
    await ground.db.write((m) => liftNo(ground, m, scope, 'administrator'));
    await assertOver(tokens);
  });

  it('ends with a sign-out, with consent that is taken back, with the application’s account, and with it', async () => {
    const { house } = stage.carillon;
    const { organisationId } = stage.company.scope;
    const asking = await amazonApplication(stage);
    const alice = await signedIn(stage);
    const taken = await tokensFor(stage, asking, alice);
    await alice.postFrom('/me', `/me/applications/${asking.client.id}/revoke`);
    assert.equal((await tokenInfo(stage, taken.access_token)).status, 400);
    const tokens = await tokensFor(stage, application, alice);
    await alice.postFrom('/me', '/me/sign-out');
    await assertOver(tokens);

    const bound = await amazonApplication(stage, { firstParty: true });
    const held = await tokensFor(stage, bound, visitor);
    const account = await createAccount(house.ground, organisationId, { name: 'Other' });
    await updateClient(house, organisationId, bound.client.id, { accountId: account.id });
    assert.equal((await profile(stage, held.access_token)).status, 400);
    const page = await visitor.open(askUrl(stage, bound), isBack);
    assert.match(page.text, /not open to the account of rosa/);
    await updateClient(house, organisationId, bound.client.id, { accountId: null });
    assert.equal((await profile(stage, held.access_token)).status, 200);
    await deleteClient(house, organisationId, bound.client.id);
    assert.equal((await profile(stage, held.access_token)).status, 400);
  });

  it('tells an application with a back-channel address that somebody has signed out, by the id that it knows', async () => {
    const told = await amazonApplication(stage, {
      firstParty: true,
      backchannelLogoutUri: 'http://127.0.0.1:1/backchannel',
    });
    const bob = await signedIn(stage);
    const { body } = await profile(stage, (await tokensFor(stage, told, bob)).access_token);
    await bob.postFrom('/me', '/me/sign-out');
    const deliveries = await rows<{ subject: string }>(
      stage.carillon.house.ground.db.read,
      sql`SELECT "subject" FROM "logout_deliveries" WHERE "clientId" = ${told.client.id}`,
    );
    assert.deepEqual(
      deliveries.map(({ subject }) => subject),
      [body['user_id']],
    );
  });

  it('keeps no code, token or user code in the database', async () => {
    const form = await fresh();
    const { body } = await token(stage, form);
    const dump = JSON.stringify(await stage.carillon.house.ground.db.read.query('SELECT * FROM "oidc_artifacts"'));
    for (const secret of [form['code'], body['access_token']?.slice(5), body['refresh_token']?.slice(5)])
      assert.ok(secret && !dump.includes(secret));
  });
});

describe('Login with Amazon: attacks', function () {
  this.timeout(120_000);
  let stage: OpenIdStage;
  let application: AmazonApplication;
  let visitor: Visitor;
  before(async () => {
    stage = await setOpenIdStage({ signInRate: 1_000_000 });
    application = await amazonApplication(stage, { firstParty: true });
    visitor = await signedIn(stage);
  });
  after(() => stage.stop());

  it('security check 2: Login with Amazon too compares redirect URIs character by character', async () => {
    const all = mutations(callback);
    assert.ok(all.length >= 150, String(all.length));
    for (const uri of all) {
      const page = await visitor.send(askUrl(stage, application, { redirect_uri: uri }));
      assert.equal(page.status, 400, uri);
      assert.equal(page.location, null, uri);
    }
  });

  it('security check 5: an application of Login with Amazon without a secret needs PKCE with S256, and none gets plain', async () => {
    const errorAt = async (by: AmazonApplication, more: Record<string, string>): Promise<string | null> => {
      const { searchParams } = new URL((await visitor.open(askUrl(stage, by, more), isBack)).url);
      assert.equal(searchParams.get('code'), null);
      return searchParams.get('error');
    };
    const { verifier, challenge } = pkce();
    for (const kind of ['spa', 'native']) {
      const redirectUris = [kind === 'spa' ? callback : 'https://app.example/callback'];
      const open = await amazonApplication(stage, { kind, firstParty: true, redirectUris });
      const redirect = { redirect_uri: redirectUris[0]! };
      const asked = await visitor.send(askUrl(stage, open, redirect));
      assert.equal(new URL(asked.location ?? '').searchParams.get('error'), 'invalid_request', kind);
    }
    const open = await amazonApplication(stage, { kind: 'spa', firstParty: true });
    for (const by of [open, application]) {
      assert.equal(await errorAt(by, { code_challenge: verifier, code_challenge_method: 'plain' }), 'invalid_request');
      assert.equal(await errorAt(by, { code_challenge: verifier }), 'invalid_request', 'plain is Amazon’s default');
    }
    const more = { code_challenge: challenge, code_challenge_method: 'S256' };
    const fresh = async (): Promise<Record<string, string>> =>
      exchangeForm(open, await codeFor(visitor, askUrl(stage, open, more)));
    assert.equal((await token(stage, await fresh())).body['error'], 'invalid_grant', 'no verifier');
    assert.equal((await token(stage, { ...(await fresh()), code_verifier: verifier })).status, 200);
    const without = exchangeForm(application, await codeFor(visitor, askUrl(stage, application)));
    const added = await token(stage, { ...without, code_verifier: verifier });
    assert.equal(added.body['error'], 'invalid_grant', 'a verifier for a code that was asked for without a challenge');
  });

  it('hands no token to a browser: the implicit grant is refused, in the fragment where it would have been', async () => {
    for (const type of ['token', 'code token', 'token id_token']) {
      const { url } = await visitor.open(askUrl(stage, application, { response_type: type }), isBack);
      const { search, hash } = new URL(url);
      const told = new URLSearchParams(hash.slice(1));
      assert.equal(search, '');
      assert.deepEqual([told.get('error'), told.get('state')], ['unsupported_response_type', 'a state'], type);
      assert.equal(told.get('access_token'), null);
    }
  });

  it('takes no token in an address unless the application is registered for that', async () => {
    const strict = await amazonApplication(stage, { firstParty: true, queryTokens: false });
    const { access_token: accessToken } = await tokensFor(stage, strict, visitor);
    for (const asked of [profile, tokenInfo]) {
      const { status, body } = await asked(stage, accessToken, 'address');
      assert.deepEqual([status, body['error']], [400, 'invalid_request']);
      assert.match(String(body['error_description']), /Authorization header/);
      assert.equal((await asked(stage, accessToken, 'header')).status, 200);
    }
    const { organisationId, id } = strict.client;
    await updateClient(stage.carillon.house, organisationId, id, { queryTokens: true });
    assert.equal((await profile(stage, accessToken, 'address')).status, 200);
  });

  it('answers each protocol’s applications at their own addresses alone', async () => {
    const openid = await stage.application({ firstParty: true });
    const asOpenid = { client: openid.client, secret: openid.secret };
    const there = await visitor.open(askUrl(stage, asOpenid), isBack);
    assert.equal(there.status, 400);
    assert.match(there.text, /is not known/);
    assert.equal((await token(stage, exchangeForm(asOpenid, 'x'))).body['error'], 'invalid_client');

    const ours = new URL(askUrl(stage, application, { scope: 'openid' }));
    ours.pathname = '/oidc/auth';
    const here = await visitor.open(ours.href, isBack);
    assert.equal(here.status, 400);
    const tokens = await tokensFor(stage, application, visitor);
    const form = { client_id: application.client.id, client_secret: application.secret };
    for (const path of ['/oidc/token', '/oidc/token/revocation', '/oidc/token/introspection', '/oidc/par']) {
      const body = new URLSearchParams({ ...form, ...refreshForm(application, tokens.refresh_token), token: 'x' });
      const reply = await fetch(`${stage.carillon.url}${path}`, { method: 'POST', body });
      const { error } = (await reply.json()) as { error: string };
      assert.deepEqual([reply.status, error], [401, 'invalid_client'], path);
    }
    for (const sent of [tokens.access_token, tokens.access_token.slice(5)]) {
      const { status } = await fetch(`${stage.issuer}/userinfo`, { headers: { authorization: `Bearer ${sent}` } });
      assert.ok([401, 403].includes(status), String(status));
    }
    assert.equal((await profile(stage, tokens.access_token)).status, 200, 'and none of that has ended anything');
  });

  it('takes no token of another application’s protocol, whatever is put before it', async () => {
    const openid = await stage.application({ firstParty: true });
    const { access_token: accessToken, refresh_token: refresh } = await authorize(openid, visitor);
    for (const sent of [accessToken, `Atza|${accessToken}`])
      assert.equal((await profile(stage, sent)).body['error'], 'invalid_token');
    const { body } = await token(stage, refreshForm(application, `Atzr|${refresh}`));
    assert.equal(body['error'], 'invalid_grant');
  });

  it('lets the organisation’s resource server introspect what Amazon’s clients are handed', async () => {
    const server = await stage.application({ kind: 'service', introspectsOrganisation: true });
    const tokens = await tokensFor(stage, application, visitor);
    const { body: known } = await profile(stage, tokens.access_token);
    const ask = async (sent: string) => {
      const form = { client_id: server.client.id, client_secret: server.secret, token: sent };
      return (await post(stage, '/oidc/token/introspection', form)).body as Record<string, unknown>;
    };
    const told = await ask(tokens.access_token);
    assert.deepEqual(
      [told['active'], told['sub'], told['client_id'], told['iss'], told['scope']],
      [true, known['user_id'], application.client.id, stage.carillon.url, 'profile'],
    );
    assert.equal((await ask(tokens.refresh_token))['active'], true);
    assert.deepEqual(await ask(tokens.access_token.slice(5)), { active: false });
  });

  it('security check 10: a profile of Login with Amazon is read by pages that are the application itself, and no others', async () => {
    const open = await amazonApplication(stage, { kind: 'spa', firstParty: true });
    const { verifier, challenge } = pkce();
    const more = { code_challenge: challenge, code_challenge_method: 'S256' };
    const code = await codeFor(visitor, askUrl(stage, open, more));
    const { body } = await token(stage, { ...exchangeForm(open, code), code_verifier: verifier });
    const closed = await tokensFor(stage, application, visitor);
    const { origin } = new URL(callback);
    const allowed = async (accessToken: string, from: string): Promise<string | null> => {
      const headers = { authorization: `Bearer ${accessToken}`, origin: from };
      const reply = await fetch(`${stage.carillon.url}/user/profile`, { headers });
      assert.equal(reply.headers.get('access-control-allow-credentials'), null);
      return reply.headers.get('access-control-allow-origin');
    };
    assert.equal(await allowed(body['access_token'] ?? '', origin), origin);
    assert.equal(await allowed(body['access_token'] ?? '', 'https://evil.example'), null);
    assert.equal(await allowed(closed.access_token, origin), null);
    const preflight = await fetch(`${stage.carillon.url}/user/profile`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /authorization/);
  });

  it('answers each address in one spelling only', async () => {
    for (const path of ['/ap/oa', '/ap/code', '/auth/o2/token', '/auth/o2/tokeninfo', '/user/profile']) {
      for (const spelling of [path.toUpperCase(), `${path}/`, `/${path}`, path.replace('a', '%61'), `${path};x`]) {
        if (spelling === path) continue;
        const reply = await fetch(`${stage.carillon.url}${spelling}`, { redirect: 'manual' });
        assert.ok([400, 404].includes(reply.status), `${spelling} ${reply.status}`);
        assert.equal(reply.headers.get('set-cookie')?.includes('oidc') ?? false, false);
      }
    }
  });

  it('slows down who guesses a secret, and never its owner', async () => {
    const target = await amazonApplication(stage, { firstParty: true });
    const form = exchangeForm(target, 'x');
    let last = await token(stage, { ...form, client_secret: 'wrong' });
    for (let i = 0; i < 30 && last.status !== 429; i++) last = await token(stage, { ...form, client_secret: 'wrong' });
    assert.deepEqual([last.status, last.body['error']], [429, 'temporarily_unavailable']);
    assert.ok(await tokensFor(stage, target, visitor));
  });
});
