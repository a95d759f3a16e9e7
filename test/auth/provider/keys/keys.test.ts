import assert from 'node:assert/strict';
import { createLocalJWKSet, createRemoteJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { buildHouse, type House } from '../../../../src/app.ts';
import { SigningKeys } from '../../../../src/auth/provider/keys/keys.ts';
import { SigningKeyTable } from '../../../../src/auth/provider/keys/key.entity.ts';
import { keepKeys, longestSignedSeconds, revokeKey, rotateNow } from '../../../../src/auth/provider/keys/rotate.ts';
import { jwksRoute } from '../../../../src/auth/provider/keys/route.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { createHttpServer } from '../../../../src/platform/http/server.ts';
import { testFolder } from '../../../support/folder.ts';
import { testConfig, testHouse } from '../../../support/house.ts';

const dayMs = 86_400_000;

describe('signing keys', () => {
  let house: House & { stop: () => Promise<void> };

  beforeEach(async () => {
    house = await testHouse();
  });
  afterEach(async () => {
    clock.reset();
    await house.stop();
  });

  const kids = async (): Promise<string[]> => (await house.keys.current()).jwks.keys.map(({ kid }) => kid);
  const states = async (): Promise<string[]> =>
    (await house.ground.db.read.find(SigningKeyTable)).map(({ state }) => state).sort();

  /** The server that answers `/oidc/jwks` as the whole of Carillon does. */
  async function serve(): Promise<{ url: string; stop: () => Promise<void> }> {
    const { config, log } = house.ground;
    const hot = [jwksRoute(house.keys)];
    const server = createHttpServer({ config, log, metrics: house.metrics, hot, app: (): void => undefined });
    const port = await server.listen();
    return { url: `http://127.0.0.1:${port}/oidc/jwks`, stop: () => server.stop() };
  }

  it('are made on first need: one that signs, and the next one beside it; the private parts are sealed', async () => {
    const { privateKeys, jwks } = await house.keys.current();
    assert.deepEqual(await states(), ['active', 'next']);
    assert.deepEqual(
      privateKeys.map(({ kid }) => kid),
      jwks.keys.map(({ kid }) => kid),
    );
    assert.ok(jwks.keys.every((key) => !('d' in key) && key.alg === 'ES256' && key.use === 'sig'));
    const kept = JSON.stringify(await house.ground.db.read.find(SigningKeyTable));
    assert.ok(privateKeys.every(({ d }) => !kept.includes(d)));
    assert.equal(await house.keys.current(), await house.keys.current(), 'the same object while nothing changes');
  });

  it('are the same for all who need the first at once', async () => {
    const others = Array.from({ length: 8 }, () => new SigningKeys(house.ground));
    const sets = await Promise.all([house.keys, ...others].map((keys) => keys.current()));
    assert.equal(new Set(sets.map(({ privateKeys }) => privateKeys[0]?.kid)).size, 1);
    assert.deepEqual(await states(), ['active', 'next']);
  });

  it('rotate after their time, once, however many try', async () => {
    const [active, next] = await kids();
    await Promise.all(Array.from({ length: 4 }, () => keepKeys(house.ground)));
    assert.deepEqual(await kids(), [active, next]);
    clock.advance(30 * dayMs);
    await Promise.all(Array.from({ length: 8 }, () => keepKeys(house.ground)));
    const [now, after, former, ...others] = await kids();
    assert.deepEqual([now, former, others], [next, active, []]);
    assert.notEqual(after, active);
  });

  it('are not used before everybody can have them', async () => {
    const [active, next] = await kids();
    await revokeKey(house.ground, next!);
    const [, fresh] = await kids();
    assert.notEqual(fresh, next);
    clock.advance(30 * dayMs - 60_000);
    await revokeKey(house.ground, fresh!); // the next one is a minute old when the time has come
    clock.advance(60_000);
    await keepKeys(house.ground);
    assert.equal((await kids())[0], active);
    clock.advance(20 * 60_000);
    await keepKeys(house.ground);
    assert.notEqual((await kids())[0], active);
  });

  it('rotate at once when somebody says so, and a revoked one is gone at once', async () => {
    const [active, next] = await kids();
    await rotateNow(house.ground);
    assert.deepEqual(
      (await kids()).filter((kid) => [active, next].includes(kid)),
      [next, active],
    );
    await revokeKey(house.ground, next!);
    const [now] = await kids();
    assert.ok(now !== active && now !== next);
    assert.ok(!(await kids()).includes(next!));
    assert.deepEqual(await states(), ['active', 'next', 'retired']);
    await assert.rejects(revokeKey(house.ground, next!), { code: 'key.notFound' });
  });

  it('are seen by another process when they change', async () => {
    const config = testConfig({}, testFolder());
    const [one, other] = [await buildHouse(config), await buildHouse(config)];
    try {
      const before = await other.keys.current();
      assert.deepEqual((await one.keys.current()).jwks, before.jwks);
      await rotateNow(one.ground);
      const after = await other.keys.current();
      assert.notEqual(after, before);
      assert.deepEqual(after.jwks, (await one.keys.current()).jwks);
    } finally {
      await one.close();
      await other.close();
    }
  });

  it('security check 14: rotation under load gives no verification failure, and a retired key goes', async () => {
    const { url, stop } = await serve();
    /** Caches as long as it may, and never looks again for a key that it does not know: the strictest there is. */
    const strict = async (): Promise<() => Promise<ReturnType<typeof createLocalJWKSet>>> => {
      let held: { until: number; set: ReturnType<typeof createLocalJWKSet> } | null = null;
      return async () => {
        if (held && held.until > clock.now()) return held.set;
        const answer = await fetch(url);
        const seconds = Number(/max-age=(\d+)/.exec(answer.headers.get('cache-control') ?? '')?.[1]);
        assert.ok(seconds > 0);
        held = { until: clock.now() + seconds * 1000, set: createLocalJWKSet((await answer.json()) as JSONWebKeySet) };
        return held.set;
      };
    };
    const usual = createRemoteJWKSet(new URL(url));
    const verifiers = await Promise.all(Array.from({ length: 4 }, strict));
    const state = { verified: 0, working: true };
    /** Signs and verifies; the token is as old as its verifier lets it be. */
    const load = async (): Promise<void> => {
      const waiting: { token: string; exp: number }[] = [];
      while (state.working) {
        const iat = Math.floor(clock.now() / 1000);
        const exp = iat + longestSignedSeconds;
        waiting.push({ token: await house.keys.sign({ iat, exp, n: state.verified }, 'JWT'), exp });
        if (waiting.length > 20) waiting.shift();
        for (const { token: old, exp: end } of [waiting[0]!, waiting.at(-1)!]) {
          for (const verifier of verifiers) {
            try {
              await jwtVerify(old, await verifier(), { currentDate: new Date(clock.now()) });
              state.verified++;
            } catch (error) {
              // The clock may leap at any time: a token that is over by now needs no key.
              if (clock.now() < end * 1000) throw error;
            }
          }
        }
      }
    };
    try {
      const [first] = await kids();
      const iat = Math.floor(clock.now() / 1000);
      await jwtVerify(await house.keys.sign({ iat }, 'JWT'), usual, { currentDate: new Date(clock.now()) });
      const loads = Array.from({ length: 4 }, load);
      const done = Promise.all(loads);
      const rotated = new Set([first]);
      for (let turn = 0; turn < 400; turn++) {
        clock.advance(turn % 8 === 7 ? dayMs * 4 : 4 * 60_000);
        await Promise.race([keepKeys(house.ground), done]);
        rotated.add((await kids())[0]);
        if (turn === 8 * 7 + 7) {
          // jose's verifier has cached the set of the very beginning, which had the key after it.
          assert.equal(rotated.size, 2);
          const token = await house.keys.sign({ iat }, 'JWT');
          await jwtVerify(token, usual, { currentDate: new Date(clock.now()) });
        }
        const before = state.verified;
        while (state.verified === before && state.working) await Promise.race([new Promise(setImmediate), done]);
      }
      state.working = false;
      await done;
      assert.ok(rotated.size > 5 && state.verified > 400, `${rotated.size} keys, ${state.verified} verified`);
      assert.ok(!(await kids()).includes(first!), 'the first key is gone');
      await rotateNow(house.ground);
      const former = (await kids())[2]!;
      clock.advance(longestSignedSeconds * 1000);
      await keepKeys(house.ground);
      assert.ok((await kids()).includes(former), 'published while a token of it may live');
      clock.advance(301_000);
      await keepKeys(house.ground);
      assert.ok(!(await kids()).includes(former), 'gone after the longest token life');
    } finally {
      state.working = false;
      await stop();
    }
  });

  it('are not to be had by a request that is none', async () => {
    const { url, stop } = await serve();
    try {
      const answer = await fetch(url);
      assert.equal(answer.headers.get('content-type'), 'application/jwk-set+json; charset=utf-8');
      assert.equal(answer.headers.get('cache-control'), 'public, max-age=600');
      assert.ok(!(await answer.text()).includes('"d"'));
    } finally {
      await stop();
    }
  });
});
