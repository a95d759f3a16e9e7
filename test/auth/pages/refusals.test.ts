import assert from 'node:assert/strict';
import type { RogueMode } from '../../support/rogue/modes.ts';
import { testCompany } from '../../support/company.ts';
import { startRogueProvider } from '../../support/rogue-provider.ts';
import {
  address,
  assertRefused,
  nobody,
  setStage,
  signIn,
  signInUpToCallback,
  type Stage,
  trailOf,
  whoIsIn,
} from './support.ts';
import { describeOnEachEngine } from '../../support/engines.ts';

const notTrusted = /could not be trusted, so nobody was signed in/;
const unreachable = /cannot be reached at the moment/;
const stale = /was not begun in this browser, was used already, or took too long/;

/** What the provider does wrong → what the person reads. */
const lies: [string, Partial<RogueMode>, number, RegExp][] = [
  ['an unsigned ID token (alg none)', { idToken: 'alg-none' }, 400, notTrusted],
  ['an ID token signed with its public key as a secret', { idToken: 'hs256-public-key' }, 400, notTrusted],
  ['an ID token signed with the client secret', { idToken: 'hs256-client-secret' }, 400, notTrusted],
  ['an ID token signed with a foreign key', { idToken: 'foreign-key' }, 400, notTrusted],
  ['an ID token of an unknown key', { idToken: 'unknown-kid' }, 400, notTrusted],
  ['a broken signature', { idToken: 'bad-signature' }, 400, notTrusted],
  ['another issuer', { idToken: 'wrong-iss' }, 400, notTrusted],
  ['another audience', { idToken: 'wrong-aud' }, 400, notTrusted],
  ['another nonce', { idToken: 'wrong-nonce' }, 400, notTrusted],
  ['no nonce', { idToken: 'no-nonce' }, 400, notTrusted],
  ['no subject', { idToken: 'no-sub' }, 400, notTrusted],
  ['an expired ID token', { idToken: 'expired' }, 400, notTrusted],
  ['no ID token', { token: 'no-id-token' }, 400, notTrusted],
  ['userinfo of another subject', { userinfo: 'other-sub' }, 400, notTrusted],
  ['userinfo without a subject', { userinfo: 'no-sub' }, 400, notTrusted],
  ['userinfo that is not JSON', { userinfo: 'not-json' }, 400, notTrusted],
  ['userinfo that fails', { userinfo: 'error' }, 502, unreachable],
  ['a refused code', { token: 'invalid-grant' }, 400, notTrusted],
  ['a code of nobody', { authorize: 'foreign-code' }, 400, notTrusted],
  ['a token endpoint that fails', { token: 'error' }, 502, unreachable],
  ['no issuer in its answer although it announced one', { authorize: 'no-iss' }, 400, notTrusted],
  ['another issuer in its answer', { authorize: 'wrong-iss' }, 400, notTrusted],
  ['a state of its own', { authorize: 'wrong-state' }, 400, stale],
  ['no state', { authorize: 'no-state' }, 400, stale],
  ['access denied', { authorize: 'denied' }, 403, /did not let you in/],
  ['no discovery document', { discovery: 'error' }, 502, unreachable],
  ['a discovery document of another issuer', { discovery: 'other-issuer' }, 502, unreachable],
  ['a discovery that redirects inwards', { discovery: 'redirects' }, 502, unreachable],
  ['a discovery that is not JSON', { discovery: 'not-json' }, 502, unreachable],
  ['endpoints at private addresses', { discovery: 'private-endpoints' }, 502, unreachable],
];

describeOnEachEngine('auth pages: what a provider or an attacker gets wrong', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await setStage();
  });
  afterEach(() => stage.stop());

  for (const [what, mode, status, words] of lies) {
    it(`security check 7: ${what}: a clear page, nobody in, one refusal in the trail`, async () => {
      const { carillon, provider, company } = stage;
      provider.set(mode);
      const visitor = carillon.visitor();
      assertRefused(await signIn(visitor), status, words);
      assert.deepEqual(await whoIsIn(stage), nobody);
      assert.equal(visitor.jar().has('carillon_session'), false);
      const records = await trailOf(stage, 'SignIn');
      assert.equal(records.length, 1);
      assert.match(records[0]?.errorMessage ?? '', /^signIn\./);
      assert.equal(records[0]?.accountId, company.scope.accountId);
      provider.set({});
      assert.equal((await signIn(visitor)).status, 200, 'an honest provider still works');
    });
  }

  it('security check 7: takes the key of a provider that has changed it', async () => {
    const { carillon, provider } = stage;
    await signIn(carillon.visitor());
    provider.set({ idToken: 'rotated-key' });
    assertRefused(await signIn(carillon.visitor()), 400, notTrusted);
    assert.equal(provider.count('/keys'), 1, 'keys are asked for once a minute at most, whatever tokens name');
    const now = Date.now;
    Date.now = () => now() + 61_000;
    try {
      const again = await signIn(carillon.visitor());
      assert.equal(again.status, 200, again.body);
      assert.equal(provider.count('/keys'), 2);
    } finally {
      Date.now = now;
    }
  });

  it('security check 8: does not join by an address that the provider does not vouch for', async () => {
    const { provider, company } = stage;
    await company.member('victim', 'Pro', 'sub-victim');
    Object.assign(provider.subject, { sub: 'attacker', email: 'victim@acme.example' });
    provider.set({ userinfo: 'unverified' });
    assertRefused(await signIn(stage.carillon.visitor()), 403, /has not given you access yet/);
    assert.deepEqual(await whoIsIn(stage), nobody);
  });

  it('takes a callback once', async () => {
    const visitor = stage.carillon.visitor();
    const callback = await signInUpToCallback(visitor);
    const both = await Promise.all([visitor.send(callback), visitor.send(callback)]);
    assert.deepEqual(
      both.map(({ status }) => status).toSorted((a, b) => a - b),
      [303, 400],
    );
    assertRefused(await visitor.send(callback), 400, stale);
    assert.deepEqual(await whoIsIn(stage), { sessions: 1, identities: 1 });
    assert.deepEqual(stage.provider.replayed, []);
  });

  it('security check 6: takes a callback from the browser that began alone, and is not spoiled by another', async () => {
    const visitor = stage.carillon.visitor();
    const callback = await signInUpToCallback(visitor);
    assertRefused(await stage.carillon.visitor().send(callback), 400, stale);
    assert.deepEqual(await whoIsIn(stage), nobody);
    assert.equal((await visitor.send(callback)).status, 303);
  });

  it('refuses a forged state, a repeated parameter, and a callback by POST', async () => {
    const visitor = stage.carillon.visitor();
    const callback = await signInUpToCallback(visitor);
    const forged = new URL(callback);
    forged.searchParams.set('state', 'x'.repeat(43));
    assertRefused(await visitor.send(forged.href), 400, stale);
    assertRefused(await visitor.send(`${callback}&code=another`), 400, /parameter code/);
    const { search, pathname } = new URL(callback);
    assert.equal((await visitor.send(pathname, { method: 'POST', body: new URLSearchParams(search) })).status, 403);
    assert.equal(
      (await visitor.postFrom('/signin', pathname, Object.fromEntries(new URLSearchParams(search)))).status,
      404,
    );
    assert.deepEqual(await whoIsIn(stage), nobody);
  });

  it('security check 6: keeps two connections apart', async () => {
    const other = await startRogueProvider();
    try {
      const globex = await testCompany(stage.carillon.house, 'globex.example', other);
      const visitor = stage.carillon.visitor();
      const callback = new URL(await signInUpToCallback(visitor));
      callback.pathname = `/auth/okta/callback/${globex.scope.connectionId}`;
      assertRefused(await visitor.send(callback.href), 400, stale);

      const theirs = await visitor.postFrom('/signin', '/signin', { email: 'x@globex.example' });
      const { url } = await visitor.follow(theirs, (location) => location.includes('/callback'));
      const swapped = new URL(await signInUpToCallback(visitor));
      swapped.searchParams.set('code', new URL(url).searchParams.get('code') ?? '');
      swapped.searchParams.set('iss', other.issuer);
      assertRefused(await visitor.send(swapped.href), 400, notTrusted);
      assert.equal(other.count('/token') + stage.provider.count('/token'), 0);
      assert.deepEqual(await whoIsIn(stage), nobody);
    } finally {
      await other.close();
    }
  });

  it('security check 44: does not call a provider at a private address that the operator has not named', async () => {
    await stage.stop();
    stage = await setStage({ outboundPrivateHosts: [] });
    assertRefused(await signIn(stage.carillon.visitor()), 502, unreachable);
    assert.equal(stage.provider.requests.length, 0);
  });

  it('says so when the provider is gone halfway', async () => {
    const visitor = stage.carillon.visitor();
    const callback = await signInUpToCallback(visitor);
    await stage.provider.close();
    assertRefused(await visitor.send(callback), 502, unreachable);
    assert.deepEqual(await whoIsIn(stage), nobody);
    await stage.carillon.stop();
    stage = await setStage();
  });

  it('does not wait for a provider that hangs for ever', async function () {
    this.timeout(20_000);
    stage.provider.set({ discovery: 'hangs' });
    const visitor = stage.carillon.visitor();
    const began = performance.now();
    assertRefused(await signIn(visitor, address), 502, unreachable);
    assert.ok(performance.now() - began < 12_000);
  });
});
