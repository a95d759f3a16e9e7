import assert from 'node:assert/strict';
import * as openid from 'openid-client';
import { describeOnEachEngine } from '../../support/engines.ts';
import type { Visitor } from '../../support/visitor.ts';
import { trailOf } from '../pages/support.ts';
import {
  type Application,
  ask,
  authorize,
  callback,
  isBack,
  type OpenIdStage,
  setOpenIdStage,
  signedIn,
  visit,
} from './stage.ts';

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
  this.timeout(120_000);
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
    for (let round = 0; round < 40; round++) {
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
    for (let round = 0; round < 15; round++) {
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

/** Addresses that look like a registered one to somebody who compares them otherwise than by their characters. */
function mutations(registered: string): string[] {
  const url = new URL(registered);
  const { host, hostname, pathname } = url;
  const all = new Set<string>();
  const add = (text: string): void => void (text === registered || all.add(text));
  for (const scheme of ['https:', 'HTTP:', 'Http:', 'ftp:', 'javascript:', 'data:', 'file:', 'ws:', ''])
    add(`${scheme}//${host}${pathname}`);
  const hosts = [
    'evil.example',
    `${hostname}.evil.example:1`,
    `evil.example.${host}`,
    `user@${host}`,
    `user:pass@${host}`,
    `${host}@evil.example`,
    `evil.example@${host}`,
    `evil.example%40${host}`,
    `evil.example#@${host}`,
    `evil.example?@${host}`,
    `evil.example\\@${host}`,
    `${hostname}.:1`,
    `${hostname}:2`,
    `${hostname}:01`,
    `${hostname}:1:1`,
    `${hostname}:`,
    hostname,
    `${hostname}:65537`,
    'localhost:1',
    '[::1]:1',
    '[::ffff:127.0.0.1]:1',
    '0x7f.1:1',
    '2130706433:1',
    '127.1:1',
    '0177.0.0.1:1',
    '127.0.0.2:1',
    '127.0.0.1%00:1',
    '127.0.0.1%2eevil.example:1',
    '①27.0.0.1:1',
    '127.0.0。1:1',
    'xn--e1awd7f.com:1',
    '127.0.0.1\t:1',
    '127.0.0.1 :1',
    '127.0.0.1;evil.example:1',
    '127.0.0.1,evil.example:1',
  ];
  for (const each of hosts) add(`http://${each}${pathname}`);
  const paths = [
    '',
    '/',
    '/Callback',
    '/CALLBACK',
    '/callback/',
    '//callback',
    '/./callback',
    '/../callback',
    '/x/../callback',
    '/callback/..',
    '/callback/../evil',
    '/callback/.',
    '/callback//',
    '/callback;x',
    '/callback;jsessionid=1',
    '/callback%20',
    '/callback%00',
    '/callback%0a',
    '/callback%2f',
    '/callback%2F..',
    '/callback%2e%2e',
    '/%63allback',
    '/callbac%6B',
    '/callback%23',
    '/callback%3f',
    '/callback%5c',
    '\\callback',
    '/\\callback',
    '/callback\\',
    '/callback\\..\\x',
    '/callback?',
    '/callback?x',
    '/callback?x=1',
    '/callback?redirect=http://evil.example',
    '/callback#',
    '/callback#x',
    '/callback#/../x',
    '/callback&x=1',
    '/callback*',
    '*',
    '/callback/%2e%2e/x',
    '/call%E2%80%8Bback',
    '/callback\u200b',
    '/сallback',
    '/callbаck',
    '/callback\n',
    '\t/callback',
    '/callback ',
    '/callback%250a',
    '/callback.html',
    '/callbackk',
    '/callbac',
    '/evil?/callback',
    '/evil#/callback',
    '/callback?code=x',
    '/callback?state=x',
    '/callback%c0%af',
  ];
  for (const each of paths) add(`http://${host}${each}`);
  for (const before of [
    ' ',
    '\t',
    '\n',
    '\0',
    '%20',
    'x',
    '/',
    '\\',
    'http://evil.example/',
    'http://evil.example?',
    'view-source:',
    'blob:',
    '//',
  ])
    add(before + registered);
  for (const after of [
    ' ',
    '\t',
    '\n',
    '\0',
    '%00',
    '/',
    '//',
    '.',
    '..',
    '/..',
    '?',
    '#',
    '&',
    ';',
    '@evil.example',
    '.evil.example',
    `,${registered}`,
    ` ${registered}`,
    '%',
    '%2',
    '\u202e',
    '\ufeff',
  ])
    add(registered + after);
  let n = 0;
  while (all.size < 200) {
    const at = (n * 7) % registered.length;
    const changed = String.fromCodePoint(33 + ((n * 13) % 90));
    add(registered.slice(0, at) + changed + registered.slice(at + (n % 2)));
    n++;
  }
  return [...all].slice(0, 250);
}

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

  it('security check 5: PKCE is asked of every client, with S256, and the verifier must fit', async () => {
    const publicOne = await stage.application({ kind: 'spa', firstParty: true });
    for (const each of [application, publicOne]) {
      const without = (await ask(each)).url;
      without.searchParams.delete('code_challenge');
      without.searchParams.delete('code_challenge_method');
      const plain = (await ask(each, { code_challenge_method: 'plain' })).url;
      const unnamed = (await ask(each)).url;
      unnamed.searchParams.delete('code_challenge_method');
      const short = (await ask(each, { code_challenge: 'abc' })).url;
      for (const url of [without, plain, unnamed, short]) {
        const back = new URL((await visitor.open(url.href, isBack)).url).searchParams;
        assert.equal(back.get('error'), 'invalid_request', url.href);
        assert.equal(back.get('code'), null);
        assert.equal(back.get('iss'), stage.issuer);
      }
    }
    const form = await codeFor(application, visitor);
    const { code_verifier: _verifier, ...none } = form;
    assert.equal((await token(stage, application, none)).body['error'], 'invalid_grant');
    const wrong = { ...form, code_verifier: openid.randomPKCECodeVerifier() };
    assert.equal((await token(stage, application, wrong)).body['error'], 'invalid_grant');
    assert.equal((await token(stage, application, form)).status, 200, 'a wrong verifier does not use the code up');
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
