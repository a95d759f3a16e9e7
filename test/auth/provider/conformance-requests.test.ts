import assert from 'node:assert/strict';
import { decodeJwt, type JSONWebKeySet } from 'jose';
import { UserTable } from '../../../src/users/user.entity.ts';
import type { Visitor } from '../../support/visitor.ts';
import {
  allow,
  type Application,
  ask,
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

const answer = async (parameters: Record<string, string>, who = visitor): Promise<URLSearchParams> => {
  const page = await visit(who, await ask(own, parameters));
  assert.ok(isBack(page.url), `${page.url} ${page.text}`);
  return new URL(page.url).searchParams;
};
const tokens = async (parameters: Record<string, string> = {}, who = visitor) => {
  const asked = await ask(own, parameters);
  const { url } = await visit(who, asked);
  return { asked, answered: await exchange(own, asked, url) };
};
const info = async (token: string): Promise<Record<string, unknown>> => {
  const reply = await fetch(`${stage.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(reply.status, 200);
  return (await reply.json()) as Record<string, unknown>;
};
const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${stage.issuer}${path}`, { method: 'POST', body: new URLSearchParams(form), headers });
const basic = ({ client, secret }: Application): string => `Basic ${btoa(`${client.id}:${secret}`)}`;

/** Further cases of the Foundation's plans, in our own words: what requests may ask, and what answers hold. */
const plans: Record<string, Record<string, () => Promise<void>>> = {
  'Basic OP, requests': {
    'nonce comes back as it was sent, whatever is in it': async () => {
      const nonce = 'ü "quoted" \\ & = + %20 🙂';
      const asked = await ask(own, { nonce });
      const { url } = await visit(visitor, asked);
      const { id_token: token } = await exchange(own, { ...asked, nonce }, url);
      assert.equal(decodeJwt(token!)['nonce'], nonce);
    },
    'state comes back as it was sent, whatever is in it': async () => {
      const state = 'ü "quoted" \\ & = + %20 #🙂';
      assert.equal((await answer({ state })).get('state'), state);
    },
    'errors carry state and iss too': async () => {
      const back = await answer({ prompt: 'none' }, stage.carillon.visitor());
      assert.deepEqual([back.get('error'), back.get('iss')], ['login_required', stage.issuer]);
      assert.ok(back.get('state'));
    },
    'prompt=none with another value is refused': async () =>
      assert.equal((await answer({ prompt: 'none login' })).get('error'), 'invalid_request'),
    'prompt=none for somebody who has to agree is consent_required': async () => {
      const third = await stage.application({ name: 'Third' });
      const page = await visit(visitor, await ask(third, { prompt: 'none' }));
      assert.equal(new URL(page.url).searchParams.get('error'), 'consent_required');
    },
    'prompt=consent asks again, and both tokens are the same person’s': async () => {
      const third = await stage.application({ name: 'Third' });
      await authorize(third, visitor);
      const asked = await ask(third, { prompt: 'consent' });
      const page = await visit(visitor, asked);
      assert.match(page.text, /Allow Third\?/);
      const back = await allow(visitor, page);
      assert.equal(decodeJwt((await exchange(third, asked, back.url)).id_token!).sub, stage.userId);
    },
    'an unknown prompt is refused': async () =>
      assert.equal((await answer({ prompt: 'dance' })).get('error'), 'invalid_request'),
    'max_age of a sign-in that is young enough asks nobody, and auth_time is told': async () => {
      const { answered } = await tokens({ max_age: '10000' });
      assert.equal(typeof decodeJwt(answered.id_token!)['auth_time'], 'number');
    },
    'max_age that is no number is refused': async () => {
      for (const age of ['-1', 'x', '1.5'])
        assert.equal((await answer({ max_age: age })).get('error'), 'invalid_request');
    },
    'auth_time is the same at each request of one sign-in': async () => {
      const times = [await tokens(), await tokens({ max_age: '10000' })].map(
        ({ answered }) => decodeJwt(answered.id_token!)['auth_time'],
      );
      assert.equal(times[0], times[1]);
    },
    'id_token_hint of who is in is answered with prompt=none': async () => {
      const { answered } = await tokens();
      const back = await answer({ prompt: 'none', id_token_hint: answered.id_token! });
      assert.ok(back.get('code'));
    },
    'id_token_hint of somebody else is login_required with prompt=none': async () => {
      const person = await stage.company.member('ida.rogue', 'Pro', 'sub-ida');
      const honest = { ...stage.provider.subject };
      Object.assign(stage.provider.subject, { sub: 'sub-ida', email: 'ida.rogue@acme.example' });
      const other = await signedIn(stage);
      Object.assign(stage.provider.subject, honest);
      const { answered } = await tokens({}, other);
      assert.equal(decodeJwt(answered.id_token!).sub, person.id);
      const back = await answer({ prompt: 'none', id_token_hint: answered.id_token! });
      assert.equal(back.get('error'), 'login_required');
    },
    'id_token_hint that was changed is refused': async () => {
      const { answered } = await tokens();
      const [head, , signature] = answered.id_token!.split('.');
      const payload = Buffer.from(JSON.stringify({ sub: 'somebody', iss: stage.issuer })).toString('base64url');
      for (const hint of [`${head}.${payload}.${signature}`, 'nonsense', `${head}.${payload}.`])
        assert.equal((await answer({ prompt: 'none', id_token_hint: hint })).get('error'), 'invalid_request');
    },
    'login_hint is taken, and names nobody by itself': async () => {
      const back = await answer({ login_hint: 'somebody.else@acme.example' });
      assert.ok(back.get('code'));
    },
    'display, ui_locales, acr_values and parameters that nobody knows are tolerated': async () => {
      for (const display of ['page', 'popup', 'touch', 'wap']) {
        const extra = { display, ui_locales: 'de fr-CH x', acr_values: 'urn:x', extra: 'foobar', registration: '' };
        assert.ok((await answer(extra)).get('code'), display);
      }
    },
    'the claims parameter is off: what it asks for is neither given nor a fault': async () => {
      const claims = JSON.stringify({ id_token: { email: { essential: true } }, userinfo: { name: null } });
      const { answered } = await tokens({ claims, scope: 'openid' });
      assert.equal('email' in decodeJwt(answered.id_token!), false);
      assert.deepEqual(Object.keys(await info(answered.access_token)), ['sub']);
    },
    'request objects are refused, by value, by reference and pushed': async () => {
      const request = 'eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aWwuZXhhbXBsZSJ9.';
      assert.equal((await answer({ request })).get('error'), 'request_not_supported');
      const { url } = await ask(own, { request });
      const reply = await post('/par', Object.fromEntries(url.searchParams), { authorization: basic(own) });
      assert.equal(reply.status, 400);
    },
    'a scope without openid gives no ID token and no userinfo': async () => {
      const asked = await ask(own, { scope: 'profile' });
      const code = new URL((await visit(visitor, asked)).url).searchParams.get('code') ?? '';
      const form = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: asked.verifier };
      const reply = await post('/token', form, { authorization: basic(own) });
      const body = (await reply.json()) as Record<string, string>;
      assert.equal(body['id_token'], undefined);
      const denied = await fetch(`${stage.issuer}/userinfo`, {
        headers: { authorization: `Bearer ${body['access_token']}` },
      });
      assert.ok(denied.status === 401 || denied.status === 403);
    },
    'each scope gives its own claims': async () => {
      const got = async (scope: string): Promise<string[]> =>
        Object.keys(await info((await tokens({ scope })).answered.access_token)).toSorted();
      assert.deepEqual(await got('openid'), ['sub']);
      assert.deepEqual(await got('openid email'), ['email', 'email_verified', 'sub']);
      assert.ok((await got('openid profile')).includes('name'));
      const account = await got('openid account');
      assert.ok(account.includes('tier') && account.includes('account_id'));
    },
  },
  'Basic OP, answers': {
    'names are told as they are, in every script': async () => {
      const name = 'Ödön Ŵójcik-⁠李小龍 🎼 O’Brien';
      const { ground } = stage.carillon.house;
      await ground.db.write((m) => m.update(UserTable, { id: stage.userId }, { displayName: name }));
      assert.equal((await info((await tokens()).answered.access_token))['name'], name);
    },
    'sub is the same in ID token and userinfo, at every sign-in, and short ASCII': async () => {
      const other = await signedIn(stage);
      const all = [await tokens(), await tokens({}, other)];
      const subs = await Promise.all(
        all.map(async ({ answered }) => [
          decodeJwt(answered.id_token!).sub,
          (await info(answered.access_token))['sub'],
        ]),
      );
      assert.equal(new Set(subs.flat()).size, 1);
      assert.match(String(subs[0]?.[0]), /^[\x21-\x7e]{1,255}$/);
    },
    'a code that is used again ends the access token that it gave': async () => {
      const asked = await ask(own);
      const code = new URL((await visit(visitor, asked)).url).searchParams.get('code') ?? '';
      const form = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: asked.verifier };
      const first = (await (await post('/token', form, { authorization: basic(own) })).json()) as Record<
        string,
        string
      >;
      assert.ok(first['access_token']);
      const second = await post('/token', form, { authorization: basic(own) });
      assert.equal(second.status, 400);
      const after = await fetch(`${stage.issuer}/userinfo`, {
        headers: { authorization: `Bearer ${first['access_token']}` },
      });
      assert.equal(after.status, 401);
    },
    'a code without its redirect URI, or with another, is refused': async () => {
      for (const redirect of [undefined, 'http://127.0.0.1:1/other', `${callback}/`]) {
        const asked = await ask(own);
        const code = new URL((await visit(visitor, asked)).url).searchParams.get('code') ?? '';
        const form = {
          grant_type: 'authorization_code',
          code,
          code_verifier: asked.verifier,
          ...(redirect !== undefined && { redirect_uri: redirect }),
        };
        assert.equal((await post('/token', form, { authorization: basic(own) })).status, 400);
      }
    },
    'two ways to prove the client at once are refused': async () => {
      const form = { grant_type: 'authorization_code', code: 'x', client_id: own.client.id, client_secret: own.secret };
      assert.equal((await post('/token', form, { authorization: basic(own) })).status, 400);
    },
    'the JWKS has no private parts, and no kid twice': async () => {
      const { keys } = (await (await fetch(`${stage.issuer}/jwks`)).json()) as JSONWebKeySet;
      assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length);
      for (const key of keys) {
        for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth']) assert.equal(part in key, false, part);
      }
    },
    'userinfo is JSON that is not kept, also for names beyond ASCII': async () => {
      const { access_token: token } = (await tokens()).answered;
      const reply = await fetch(`${stage.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
      assert.match(reply.headers.get('content-type') ?? '', /^application\/json; charset=utf-8/);
      assert.match(reply.headers.get('cache-control') ?? '', /no-store/);
    },
    'an access token is no ID token, and an ID token opens nothing': async () => {
      const { id_token: token } = (await tokens()).answered;
      const reply = await fetch(`${stage.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
      assert.equal(reply.status, 401);
    },
  },
  'Form Post OP, requests': {
    'state and iss come in the form, and login_required too': async () => {
      const asked = await ask(own, { response_mode: 'form_post', prompt: 'none' });
      const page = await stage.carillon.visitor().open(asked.url.href, isBack);
      const fields = page.fields(callback);
      assert.deepEqual(
        [fields['error'], fields['state'], fields['iss']],
        ['login_required', asked.state, stage.issuer],
      );
      assert.equal(fields['code'], undefined);
    },
    'a form is sent only to the registered address': async () => {
      const { url } = await ask(own, { response_mode: 'form_post', redirect_uri: 'https://evil.example/' });
      const page = await visitor.open(url.href, isBack);
      assert.equal(page.status, 400);
      assert.doesNotMatch(page.body, /evil\.example/);
    },
    'response modes that would show the code to scripts are refused': async () => {
      for (const mode of ['fragment', 'jwt', 'fragment.jwt', 'query.jwt', 'web_message']) {
        const page = await visit(visitor, await ask(own, { response_mode: mode }));
        const url = new URL(page.url);
        assert.equal(url.searchParams.get('code'), null, mode);
      }
    },
  },
};

describe('OpenID provider: conformance of requests', function () {
  this.timeout(60_000);
  before(async () => {
    stage = await setOpenIdStage({ signInRate: 1_000_000 });
    own = await stage.application({ firstParty: true });
    visitor = await signedIn(stage);
  });
  after(() => stage.stop());

  for (const [plan, cases] of Object.entries(plans)) {
    describe(plan, () => {
      for (const [name, check] of Object.entries(cases)) it(`security check 1: ${name}`, check);
    });
  }
});
