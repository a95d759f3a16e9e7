import assert from 'node:assert/strict';
import { UpstreamAttemptTable } from '../../../../src/auth/connectors/upstream/attempt.entity.ts';
import { updateUpstream } from '../../../../src/auth/connectors/upstream/providers.ts';
import { nobodys } from '../../../../src/accounts/accounts/nobodys.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import type { RogueMode } from '../../../support/rogue/modes.ts';
import { type RogueProvider, startRogueProvider } from '../../../support/rogue-provider.ts';
import { assertRefused } from '../../pages/support.ts';
import {
  ascending,
  back,
  begin,
  linkUpToCallback,
  openidInput,
  ownAccount,
  recordsOf,
  registerBy,
  setUpstreamStage,
  signedInAs,
  signInBy,
  stored,
  type UpstreamStage,
  upToCallback,
} from './stage.ts';

const notTrusted = /answer of the other side could not be trusted/;
const unreachable = /other side cannot be reached at the moment/;
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
  ['another party', { claims: { azp: 'another' } }, 400, notTrusted],
  ['another nonce', { idToken: 'wrong-nonce' }, 400, notTrusted],
  ['no nonce', { idToken: 'no-nonce' }, 400, notTrusted],
  ['no subject', { idToken: 'no-sub' }, 400, notTrusted],
  ['an expired ID token', { idToken: 'expired' }, 400, notTrusted],
  ['an ID token from the future', { idToken: 'iat-in-future' }, 400, notTrusted],
  ['no ID token', { token: 'no-id-token' }, 400, notTrusted],
  ['userinfo of another subject', { userinfo: 'other-sub' }, 400, notTrusted],
  ['userinfo that is not JSON', { userinfo: 'not-json' }, 400, notTrusted],
  ['userinfo that fails', { userinfo: 'error' }, 502, unreachable],
  ['a refused code', { token: 'invalid-grant' }, 400, notTrusted],
  ['a token endpoint that fails', { token: 'error' }, 502, unreachable],
  ['a token endpoint that redirects inwards', { token: 'redirects' }, 502, unreachable],
  ['no issuer in its answer although it announced one', { authorize: 'no-iss' }, 400, notTrusted],
  ['another issuer in its answer', { authorize: 'wrong-iss' }, 400, notTrusted],
  ['a state of its own', { authorize: 'wrong-state' }, 400, stale],
  ['no state', { authorize: 'no-state' }, 400, stale],
  ['access denied', { authorize: 'denied' }, 403, /did not let you in, or you did not agree/],
  ['no discovery document', { discovery: 'error' }, 502, unreachable],
  ['endpoints at private addresses', { discovery: 'private-endpoints' }, 502, unreachable],
];

describeOnEachEngine('upstream: what a provider or an attacker gets wrong', function () {
  this.timeout(60_000);
  let stage: UpstreamStage;
  beforeEach(async () => {
    stage = await setUpstreamStage({ signInRate: 1_000_000 });
    await stage.add(openidInput(stage));
  });
  afterEach(async () => {
    clock.reset();
    await stage.stop();
  });

  const nobody = { users: [], links: [], logins: [] };
  const refusals = async (name = 'SignIn'): Promise<(string | undefined)[]> =>
    (await recordsOf(stage, name))
      .filter(({ errorMessage }) => errorMessage !== null)
      .map(({ errorMessage }) => errorMessage?.split(':')[0]);

  it('security check 7: upstream, every lie gets a clear page, makes nobody, and leaves one refusal in the trail', async () => {
    const { carillon, provider } = stage;
    let count = 0;
    for (const [what, mode, status, words] of lies) {
      // What is discovered is believed for an hour: each of them is somebody's first.
      if (mode.discovery) await updateUpstream(carillon.house, 'rogue', { scope: `openid email x${count}` });
      provider.set(mode);
      const visitor = carillon.visitor();
      const page = await signInBy(visitor);
      assert.equal(page.status, status, `${what}: ${page.text}`);
      assertRefused(page, status, words);
      assert.equal(visitor.jar().has('carillon_session'), false, what);
      assert.equal((await refusals()).length, ++count, what);
      provider.set({});
    }
    const records = await recordsOf(stage, 'SignIn');
    assert.ok(records.every(({ organisationId }) => organisationId === nobodys.organisationId));
    assert.deepEqual(await stored(stage), nobody);
    assert.equal((await signInBy(carillon.visitor())).title, 'Create an account?', 'an honest provider still works');
  });

  it('security check 7: upstream keys are asked for once a minute, and a changed key is taken', async () => {
    const { carillon, provider } = stage;
    await registerBy(carillon.visitor());
    for (const page of await Promise.all(Array.from({ length: 5 }, () => signInBy(carillon.visitor()))))
      assert.equal(page.status, 200);
    const asked = provider.count('/keys');
    assert.ok(asked <= 2, `${asked}: once when it was added, once when it was used`);
    provider.set({ idToken: 'rotated-key' });
    const now = Date.now;
    Date.now = () => now() + 61_000; // the library's clock too
    try {
      assert.equal((await signInBy(carillon.visitor())).path, '/me');
    } finally {
      Date.now = now;
    }
  });

  it('an answer is good once, for ten minutes, in the browser that asked, at the address of its provider', async () => {
    const { carillon, provider } = stage;
    await stage.add(openidInput(stage, 'Twin'));
    await registerBy(carillon.visitor());
    const visitor = carillon.visitor();
    const url = await upToCallback(visitor);
    assertRefused(await carillon.visitor().send(url), 400, stale);
    const moved = new URL(url);
    moved.pathname = back('twin');
    assertRefused(await visitor.send(moved.href), 400, stale);
    const twice = new URL(url);
    twice.searchParams.append('code', 'another');
    assert.equal((await visitor.send(twice.href)).status, 400);
    assert.equal(provider.count('/token'), 1, 'that of the registration: none of these got as far');
    const [one, two] = await Promise.all([visitor.send(url), visitor.send(url)]);
    assert.deepEqual([one.status, two.status].toSorted(ascending), [303, 400]);
    assertRefused(await visitor.send(url), 400, stale);
    const late = await upToCallback(visitor);
    clock.advance(601_000);
    assertRefused(await visitor.send(late), 400, stale);
    assert.deepEqual(provider.replayed, []);
  });

  it('asks with PKCE, state and nonce each time, and the exact redirect URI', async () => {
    const { carillon, provider } = stage;
    await upToCallback(carillon.visitor());
    await upToCallback(carillon.visitor());
    const [one, two] = provider.requests.filter(({ path }) => path === '/authorize').map(({ query }) => query);
    assert.equal(one!['code_challenge_method'], 'S256');
    assert.equal(one!['redirect_uri'], `${carillon.url}${back('rogue')}`);
    for (const name of ['state', 'nonce', 'code_challenge']) {
      assert.match(one![name] ?? '', /^[\w-]{43}$/, name);
      assert.notEqual(one![name], two![name], name);
    }
    const host = await carillon.visitor().send(begin('rogue'), { headers: { host: 'evil.example' } });
    assert.equal(host.location, null);
  });

  it('a provider that was changed, or removed, meanwhile gets no answer believed', async () => {
    const { carillon } = stage;
    const visitor = carillon.visitor();
    const url = await upToCallback(visitor);
    const asked = await signInBy(carillon.visitor());
    await updateUpstream(carillon.house, 'rogue', { scope: 'openid email' });
    assertRefused(await visitor.send(url), 400, stale);
    const offer = '/auth/upstream/offer';
    assertRefused(await asked.visitor.post(offer, asked.fields(offer)), 400, /took too long/);
    assert.deepEqual(await stored(stage), nobody);
  });

  describe('of two that share a browser', () => {
    let other: RogueProvider;
    beforeEach(async () => {
      other = await startRogueProvider();
      other.subject.email = 'olga@other.example';
      const { issuer, clientId, clientSecret } = other;
      await stage.add({ name: 'Other', kind: 'openid', issuer, clientId, clientSecret });
    });
    afterEach(() => other.close());

    it('security check 6: upstream, code, state and iss of one are no good for the other', async () => {
      const visitor = stage.carillon.visitor();
      const theirs = new URL(await upToCallback(visitor, 'other'));
      const mixed: [string, (url: URL) => void][] = [
        ['the other’s code and issuer', (url) => copy(url, theirs, 'code', 'iss')],
        ['the other’s issuer', (url) => copy(url, theirs, 'iss')],
        ['no issuer, though it was announced', (url) => url.searchParams.delete('iss')],
        ['an empty issuer', (url) => url.searchParams.set('iss', '')],
        ['the other’s state and code, our issuer', (url) => copy(url, theirs, 'code', 'state')],
        ['the other’s state', (url) => copy(url, theirs, 'state')],
        ['everything of the other’s', (url) => copy(url, theirs, 'code', 'state', 'iss')],
      ];
      let count = 0;
      for (const [what, mix] of mixed) {
        const url = new URL(await upToCallback(visitor));
        mix(url);
        const page = await visitor.send(url.href);
        assert.equal(page.status, 400, what);
        assert.equal((await refusals()).length, ++count, `${what} has a record`);
      }
      assert.equal(stage.provider.count('/token') + other.count('/token'), 0, 'and no code went anywhere');
      assert.deepEqual(await stored(stage), nobody);
      const honest = await visitor.follow(await visitor.send(theirs.href));
      assert.match(honest.text, /Create an account\?.*olga@other\.example/s);
    });

    it('the same subject of another provider is somebody else', async () => {
      other.subject.sub = stage.provider.subject.sub;
      await registerBy(stage.carillon.visitor());
      assert.match((await signInBy(stage.carillon.visitor(), 'other')).text, /Create an account\?.*olga/s);
    });
  });

  describe('of linking', () => {
    let userId: string;
    beforeEach(async () => {
      userId = (await ownAccount(stage, 'pia@own.example')).id;
    });

    it('an answer that somebody else began, elsewhere or here, links nothing', async () => {
      const { carillon, provider } = stage;
      const attacker = await ownAccount(stage, 'eve@own.example');
      const theirs = await linkUpToCallback(await signedInAs(stage, attacker.id));
      const victim = await signedInAs(stage, userId);
      assertRefused(await victim.send(theirs), 400, stale); // the attacker's code, in the victim's browser
      // The same browser, in which somebody else is signed in by now; or nobody; or the same person anew.
      const url = await linkUpToCallback(victim);
      const jar = victim.jar();
      const own = jar.get('carillon_session')!;
      const elsewhere = async (session: string | null): Promise<void> => {
        if (session === null) jar.delete('carillon_session');
        else jar.set('carillon_session', session);
        assertRefused(await victim.send(await again()), 403, /Whoever began this is not signed in here any more/);
        jar.set('carillon_session', own);
      };
      const again = (): Promise<string> => {
        const now = jar.get('carillon_session');
        jar.set('carillon_session', own);
        return linkUpToCallback(victim).finally(() =>
          now === undefined ? jar.delete('carillon_session') : jar.set('carillon_session', now),
        );
      };
      await elsewhere(null);
      await elsewhere((await signedInAs(stage, attacker.id)).jar().get('carillon_session')!);
      await elsewhere((await signedInAs(stage, userId)).jar().get('carillon_session')!);
      assert.deepEqual((await stored(stage)).links, []);
      assert.equal((await victim.send(url)).status, 303, 'what was begun here goes on');
      assert.ok(provider.count('/token') > 0);
      assert.deepEqual(new Set(await refusals('LinkUpstreamIdentity')), new Set(['upstream.otherSession']));
      assert.equal((await carillon.visitor().send('/me/links/confirm')).status, 303, 'nobody is sent to sign in');
    });

    it('a confirmation is good once, in the session that asked, and for whom was read', async () => {
      const visitor = await signedInAs(stage, userId);
      const confirm = '/me/links/confirm';
      const page = await visitor.follow(await visitor.send(await linkUpToCallback(visitor)));
      const wrong = await visitor.post(confirm, { ...page.fields(confirm), offer: 'another' });
      assert.equal(wrong.status, 400);
      const own = visitor.jar().get('carillon_session')!;
      visitor.jar().set('carillon_session', (await signedInAs(stage, userId)).jar().get('carillon_session')!);
      assert.equal((await visitor.post(confirm, page.fields(confirm))).status, 403);
      visitor.jar().set('carillon_session', own);
      const offer = await visitor.post('/auth/upstream/offer', page.fields(confirm));
      assert.equal(offer.status, 400, 'nor does an account come of it');
      const [one, two] = await Promise.all([0, 1].map(() => visitor.post(confirm, page.fields(confirm))));
      assert.deepEqual([one!.status, two!.status].toSorted(ascending), [303, 400]);
      assert.equal((await stored(stage)).links.length, 1);
    });

    it('a subject is one account’s, and an account has one of each provider', async () => {
      const link = async (id: string): Promise<string> => {
        const visitor = await signedInAs(stage, id);
        const page = await visitor.follow(await visitor.send(await linkUpToCallback(visitor)));
        return (await page.submit('/me/links/confirm')).text;
      };
      assert.match(await link(userId), /is linked/);
      const other = await ownAccount(stage, 'eve@own.example');
      assert.match(await link(other.id), /Another account here signs in with that already/);
      stage.provider.subject.sub = 'rogue-2';
      assert.match(await link(userId), /linked there with somebody else/);
      assert.deepEqual((await stored(stage)).links, [{ userId, subject: 'rogue-1', providerId: 'rogue' }]);
      assert.deepEqual(await refusals('LinkUpstreamIdentity'), ['upstream.linkedElsewhere', 'upstream.linkedAlready']);
    });

    it('two accounts that link one subject at once: one does', async () => {
      const other = await ownAccount(stage, 'eve@own.example');
      const pages = [];
      for (const id of [userId, other.id]) {
        const visitor = await signedInAs(stage, id);
        pages.push(await visitor.follow(await visitor.send(await linkUpToCallback(visitor))));
      }
      const confirm = '/me/links/confirm';
      const statuses = await Promise.all(
        pages.map(async (page) => (await page.visitor.post(confirm, page.fields(confirm))).status),
      );
      assert.deepEqual(statuses.toSorted(ascending), [303, 409]);
      assert.equal((await stored(stage)).links.length, 1);
    });
  });

  it('keeps no verifier, no proof and no secret in the open', async () => {
    const { db } = stage.carillon.house.ground;
    const visitor = stage.carillon.visitor();
    await visitor.follow(await visitor.send(await upToCallback(visitor)));
    const rows = JSON.stringify([
      await db.read.find(UpstreamAttemptTable),
      await db.read.query('SELECT * FROM "upstream_offers"'),
      await db.read.query('SELECT * FROM "upstream_providers"'),
    ]);
    const token = stage.provider.requests.find(({ path }) => path === '/token')!;
    for (const secret of [stage.provider.clientSecret, token.form['code_verifier']!, 'rosa', 'rogue-1'])
      assert.ok(!rows.includes(secret), secret);
  });
});

function copy(to: URL, from: URL, ...names: string[]): void {
  for (const name of names) to.searchParams.set(name, from.searchParams.get(name) ?? '');
}
