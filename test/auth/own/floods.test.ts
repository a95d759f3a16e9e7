import assert from 'node:assert/strict';
import { hashPassword } from '../../../src/platform/secrets/passwords.ts';
import type { Page } from '../../support/page.ts';
import { another, askFor, isIn, type OwnStage, password, registerAs, setOwnStage, signInAs } from './support.ts';

const wrong = 'not the one that was chosen';

/** What is counted in memory, and hashed, is the same whatever database is behind it. */
describe('own accounts: many at once', function () {
  this.timeout(90_000);
  let stage: OwnStage;
  beforeEach(async () => {
    stage = await setOwnStage();
  });
  afterEach(() => stage.stop());

  const from = (network: string) => ({ 'x-forwarded-for': network });

  it('security check 12: 1,000 wrong passwords from 100 networks do not lock the owner out of a browser that is known', async function () {
    this.timeout(240_000);
    const owner = stage.carillon.visitor();
    await registerAs(stage, owner, 'ann@own.example');
    await owner.postFrom('/me', '/me/sign-out');
    const attacker = stage.carillon.visitor();
    const { csrf } = await attacker.send('/signin');
    const guess = (network: number): Promise<Page> =>
      attacker.post('/signin/own', { csrf, email: 'ann@own.example', password: wrong }, from(`10.1.0.${network}`));
    const statuses = new Map<number, number>();
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(Array.from({ length: 100 }, (_, network) => guess(network)));
      for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    assert.ok((statuses.get(401) ?? 0) <= 100, JSON.stringify([...statuses]));
    assert.equal((statuses.get(401) ?? 0) + (statuses.get(429) ?? 0), 1_000);
    const stranger = await guess(200);
    assert.equal(stranger.status, 429);
    assert.ok(Number(stranger.headers.get('retry-after')) > 0);
    assert.equal((await signInAs(owner, 'ann@own.example')).status, 303);
    assert.ok(await isIn(owner));
  });

  it('security check 12: whoever has set a lost password anew signs in with it while others guess on', async () => {
    const owner = stage.carillon.visitor();
    await registerAs(stage, owner, 'ann@own.example');
    const attacker = stage.carillon.visitor();
    const { csrf } = await attacker.send('/signin');
    const fields = { csrf, email: 'ann@own.example', password: wrong };
    for (let i = 0; i < 100; i++) await attacker.post('/signin/own', fields, from(`10.5.0.${i}`));
    const reset = await owner.get(await askFor(stage, owner, '/reset', 'ann@own.example'));
    const signIn = await reset.submit('/reset/confirm', { newPassword: another, again: another });
    const note = signIn.fields('/signin/own')['note'] ?? '';
    assert.equal((await signInAs(stage.carillon.visitor(), 'ann@own.example', another)).status, 429);
    // It is of that address and that browser alone, and is counted by itself.
    const stolen = { ...fields, password: another, note };
    assert.equal((await attacker.post('/signin/own', stolen, from('10.5.1.1'))).status, 429);
    const foreign = await signIn.submit('/signin/own', { email: 'bob@own.example', password: another });
    assert.equal(foreign.status, 401);
    for (let i = 0; i < 9; i++) assert.equal((await signIn.submit('/signin/own', { password: wrong })).status, 401);
    await signIn.submit('/signin/own', { password: another });
    assert.ok(await isIn(owner));
    owner.jar().delete('carillon_known');
    assert.equal((await signIn.submit('/signin/own', { password: another })).status, 429);
  });

  it('security check 12: one password tried on many addresses is slowed for the network that tries', async () => {
    const attacker = stage.carillon.visitor();
    const { csrf } = await attacker.send('/signin');
    const statuses: number[] = [];
    for (let i = 0; i < 70; i++) {
      const fields = { csrf, email: `person${i}@own.example`, password };
      statuses.push((await attacker.post('/signin/own', fields, from('10.2.0.1'))).status);
    }
    assert.deepEqual(new Set(statuses), new Set([401, 429]));
    assert.equal(statuses.filter((status) => status === 401).length, 60);
    const other = await attacker.post('/signin/own', { csrf, email: 'x@own.example', password }, from('10.2.0.2'));
    assert.equal(other.status, 401);
  });

  it('security check 13: passwords chosen by one link, or by one person, are counted before they are hashed', async () => {
    const owner = stage.carillon.visitor();
    await registerAs(stage, owner, 'ann@own.example');
    const chosen = async (page: Page, path: string, network: (round: number) => string): Promise<number[]> => {
      const statuses: number[] = [];
      for (let round = 0; round < 11; round++) {
        const fields = { ...page.fields(path), newPassword: 'short', again: 'short' };
        statuses.push((await page.visitor.post(path, fields, from(network(round)))).status);
      }
      return statuses;
    };
    const expected = [...Array.from({ length: 10 }, () => 400), 429];
    const own = await owner.get('/me/password');
    assert.deepEqual(await chosen(own, '/me/password', (round) => `10.4.0.${round}`), expected);
    const reset = await owner.get(await askFor(stage, owner, '/reset', 'ann@own.example'));
    assert.deepEqual(await chosen(reset, '/reset/confirm', (round) => `10.4.1.${round}`), expected);
  });

  it('security check 13: a flood by mailed links does not keep those waiting who are in', async () => {
    const flood = Array.from({ length: 90 }, () =>
      hashPassword(password).then(
        () => true,
        () => false,
      ),
    );
    assert.match(await hashPassword(password, 'known'), /^\$argon2id\$/);
    const done = await Promise.all(flood);
    assert.ok(done.includes(true) && done.includes(false));
  });

  it('security check 13: 500 passwords at once are verified few at a time, the rest shed with Retry-After, and others are answered', async function () {
    this.timeout(120_000);
    const attacker = stage.carillon.visitor();
    const { csrf } = await attacker.send('/signin');
    const flooding = { over: false };
    const flood = Promise.all(
      Array.from({ length: 500 }, (_, i) => {
        const fields = { csrf, email: `person${i}@own.example`, password: wrong };
        return attacker.post('/signin/own', fields, from(`10.3.${i >> 8}.${i & 255}`));
      }),
    ).finally(() => {
      flooding.over = true;
    });
    let answered = 0;
    while (!flooding.over) {
      assert.equal((await stage.carillon.visitor().send('/healthz')).status, 200);
      answered += 1;
    }
    const answers = await flood;
    const shed = answers.filter(({ status }) => status === 429);
    assert.equal(answers.filter(({ status }) => status === 401).length + shed.length, 500);
    assert.ok(shed.length > 0);
    for (const { headers, text } of shed) {
      assert.ok(Number(headers.get('retry-after')) > 0);
      assert.match(text, /Too many people are signing in/);
    }
    assert.ok(answered > 0);
  });
});
