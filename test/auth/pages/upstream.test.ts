import assert from 'node:assert/strict';
import { ConnectionTable } from '../../../src/auth/connectors/openid/connection.entity.ts';
import { unmapGroup, mapGroup } from '../../../src/directory/groups/mappings.ts';
import { TierMappingTable } from '../../../src/users/entitlement/mapping.entity.ts';
import { testCompany } from '../../support/company.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { type RogueProvider, startRogueProvider } from '../../support/rogue-provider.ts';
import type { Visitor } from '../../support/visitor.ts';
import {
  assertRefused,
  nobody,
  setStage,
  signIn,
  signInUpToCallback,
  type Stage,
  trailOf,
  whoIsIn,
} from './support.ts';

const notTrusted = /could not be trusted, so nobody was signed in/;
const stale = /was not begun in this browser, was used already, or took too long/;
const seconds = (): number => Math.floor(Date.now() / 1000);

/** Claims that a signature does not make true → refused; the tolerance is 30 s, and a second may pass while it is asked. */
const wrong: [string, () => Record<string, unknown>][] = [
  ['over for longer than 30 s', () => ({ exp: seconds() - 45 })],
  ['no end', () => ({ exp: undefined })],
  ['an end that is no number', () => ({ exp: String(seconds() + 300) })],
  ['made later than in 30 s', () => ({ iat: seconds() + 45 })],
  ['no time at which it was made', () => ({ iat: undefined })],
  ['not yet good', () => ({ nbf: seconds() + 45 })],
  ['no audience', () => ({ aud: undefined })],
  ['an audience that only begins as ours', () => ({ aud: 'rogue-client-2' })],
  ['several audiences, none of which is the party', () => ({ aud: ['rogue-client', 'another'] })],
  ['several audiences, another party', () => ({ aud: ['rogue-client', 'another'], azp: 'another' })],
  ['another party', () => ({ azp: 'another' })],
  ['an empty subject', () => ({ sub: '' })],
  ['a subject that is no text', () => ({ sub: 1 })],
  ['the issuer with a slash', () => ({ iss: 'http://127.0.0.1/' })],
  ['a nonce that is a list', () => ({ nonce: ['x'] })],
];

describeOnEachEngine('auth pages: what providers prove', function () {
  this.timeout(30_000);
  let stage: Stage;
  beforeEach(async () => {
    stage = await setStage({ signInRate: 1_000_000 });
  });
  afterEach(() => stage.stop());

  const refusals = async (): Promise<number> =>
    (await trailOf(stage, 'SignIn')).filter(({ errorMessage }) => errorMessage !== null).length;

  it('security check 7: claims that are not true are refused, each with a record', async () => {
    let count = 0;
    for (const [what, claims] of wrong) {
      stage.provider.set({ claims: claims() });
      const page = await signIn(stage.carillon.visitor());
      assert.equal(page.status, 400, what);
      assertRefused(page, 400, notTrusted);
      assert.equal(await refusals(), ++count, what);
    }
    assert.deepEqual(await whoIsIn(stage), nobody);
  });

  it('security check 7: a clock that is 30 s off is no reason to refuse', async () => {
    for (const claims of [
      () => ({ exp: seconds() - 15 }),
      () => ({ iat: seconds() + 20, nbf: seconds() + 20 }),
      () => ({ aud: ['rogue-client', 'another'], azp: 'rogue-client' }),
    ]) {
      stage.provider.set({ claims: claims() });
      const page = await signIn(stage.carillon.visitor());
      assert.equal(page.status, 200, page.body);
    }
  });

  it('security check 7: keys are asked for once a minute, however many sign in, fail, or share the provider', async () => {
    const { carillon, provider } = stage;
    // A second account whose connection is to the same provider.
    const globex = await testCompany(carillon.house, 'globex.example', provider);
    await globex.member('rosa', 'Pro');
    const many = await Promise.all(Array.from({ length: 8 }, () => signIn(carillon.visitor())));
    assert.ok(many.every(({ status }) => status === 200));
    assert.equal(provider.count('/keys'), 1, 'eight at once, none of whom had the keys');
    provider.set({ idToken: 'unknown-kid' });
    for (const page of await Promise.all(Array.from({ length: 8 }, () => signIn(carillon.visitor()))))
      assert.equal(page.status, 400);
    await signIn(carillon.visitor(), 'rosa@globex.example');
    assert.equal(provider.count('/keys'), 1, 'unknown keys, and another account');
    provider.set({ userinfo: 'error' });
    assert.equal((await signIn(carillon.visitor())).status, 502, 'after which everything is discovered afresh');
    provider.set({});
    assert.equal((await signIn(carillon.visitor())).status, 200);
    assert.equal(provider.count('/keys'), 1);
  });

  it('security check 8: an address of another company, and one that nobody claimed, joins nobody', async () => {
    const { carillon, provider, company } = stage;
    const globex = await testCompany(carillon.house, 'globex.example');
    await globex.member('victim', 'Pro');
    await company.member('other', 'Pro');
    let count = 0;
    for (const email of [
      'victim@globex.example',
      'somebody@unclaimed.example',
      'other@acme.example.evil.example',
      'other@acme.example, victim@globex.example',
      'OTHER@acme.example\u0000',
      '"other@acme.example"@evil.example',
    ]) {
      Object.assign(provider.subject, { sub: `attacker-${count}`, email });
      const page = await signIn(carillon.visitor());
      assertRefused(page, 403, /has not given you access yet/);
      const records = await trailOf(stage, 'SignIn');
      assert.equal(records.length, ++count, 'one refusal, one record');
      assert.equal(records.at(-1)?.accountId, company.scope.accountId, 'in the account whose provider it was');
    }
    assert.deepEqual(await whoIsIn(stage), nobody);
  });

  describe('of two that share a browser', () => {
    let other: RogueProvider;
    let visitor: Visitor;
    beforeEach(async () => {
      other = await startRogueProvider();
      visitor = stage.carillon.visitor();
    });
    afterEach(() => other.close());

    /** Both connections, on their own or on the shared redirect URI; gives B's answer and A's, neither used. */
    async function answers(redirect: 'own' | 'shared'): Promise<{ ours: URL; theirs: URL; theirPath: string }> {
      const globex = await testCompany(stage.carillon.house, 'globex.example', other);
      await globex.member('gil', 'Pro', other.subject.sub);
      const { db } = stage.carillon.house.ground;
      for (const { scope } of [stage.company, globex])
        await db.write((m) => m.update(ConnectionTable, { id: scope.connectionId }, { redirect }));
      const sent = await visitor.postFrom('/signin', '/signin', { email: 'gil@globex.example' });
      const theirs = await visitor.follow(sent, (location) => location.includes('/auth/okta/callback'));
      const ours = new URL(await signInUpToCallback(visitor));
      const url = new URL(theirs.url);
      assert.equal(url.pathname === ours.pathname, redirect === 'shared');
      return { ours, theirs: url, theirPath: url.pathname };
    }

    for (const redirect of ['own', 'shared'] as const) {
      it(`security check 6: code, state and iss of one are no good for the other (${redirect} redirect URI)`, async () => {
        const { ours, theirs, theirPath } = await answers(redirect);
        const mixed: [string, (url: URL) => void][] = [
          ['the other’s code and issuer', (url) => copy(url, theirs, 'code', 'iss')],
          ['the other’s issuer', (url) => copy(url, theirs, 'iss')],
          ['no issuer, though it was announced', (url) => url.searchParams.delete('iss')],
          ['an empty issuer', (url) => url.searchParams.set('iss', '')],
          ['an issuer twice', (url) => url.searchParams.append('iss', other.issuer)],
          ['an issuer with a slash', (url) => url.searchParams.set('iss', `${stage.provider.issuer}/`)],
          ['the other’s state and code, our issuer', (url) => copy(url, theirs, 'code', 'state')],
          ['the other’s state', (url) => copy(url, theirs, 'state')],
        ];
        let count = 0;
        for (const [what, mix] of mixed) {
          const url = new URL(await signInUpToCallback(visitor));
          mix(url);
          const page = await visitor.send(url.href);
          assert.equal(page.status, 400, what);
          assert.equal(await refusals(), ++count, `${what} has a record`);
          assert.deepEqual(await whoIsIn(stage), nobody, what);
        }
        if (redirect === 'own') {
          const moved = new URL(ours);
          moved.pathname = theirPath;
          assertRefused(await visitor.send(moved.href), 400, stale);
        }
        assert.equal(stage.provider.count('/token') + other.count('/token'), 0, 'and no code went anywhere');
        assert.equal((await visitor.send(ours.href)).status, 303, 'the honest answer is as good as before');
      });
    }
  });

  it('security check 9: a tier is asked for, not held: it changes under the same session, and losing it ends that', async () => {
    const { carillon, company } = stage;
    const { ground } = carillon.house;
    const visitor = carillon.visitor();
    const planted = { carillon_session: 'planted-by-somebody-else-0123456789abcdef', carillon_browser: 'x'.repeat(43) };
    for (const [name, value] of Object.entries(planted)) visitor.jar().set(name, value);
    await signIn(visitor);
    const token = visitor.jar().get('carillon_session');
    assert.notEqual(token, planted.carillon_session);
    const tier = async (): Promise<unknown> =>
      (JSON.parse((await visitor.send('/session')).body) as { tier?: unknown }).tier;
    assert.equal(await tier(), 'Pro');
    const [mapping] = await ground.db.read.find(TierMappingTable);
    await company.group('Basics', [{ id: stage.userId }]);
    await mapGroup(ground, company.scope, { groupName: 'Basics', tier: 'Basic' });
    await unmapGroup(ground, company.scope, mapping!.id);
    assert.equal(await tier(), 'Basic', 'at the very next look');
    assert.equal(visitor.jar().get('carillon_session'), token);
    const thief = carillon.visitor();
    thief.jar().set('carillon_session', planted.carillon_session);
    assert.equal((await thief.send('/session')).status, 401);
    const [left] = await ground.db.read.find(TierMappingTable);
    await unmapGroup(ground, company.scope, left!.id);
    assert.equal((await visitor.send('/session')).status, 401);
  });
});

function copy(to: URL, from: URL, ...names: string[]): void {
  for (const name of names) to.searchParams.set(name, from.searchParams.get(name) ?? '');
}
