import assert from 'node:assert/strict';
import type { House } from '../../../../src/app.ts';
import { beginGuess, type Forget, type Guess } from '../../../../src/directory/ldap/sign-in/guesses.ts';
import { belowLock, LockoutPolicies } from '../../../../src/directory/ldap/sign-in/lockout.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { CarillonError } from '../../../../src/platform/errors/errors.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { type FakeAd, startFakeAd } from '../../../support/fake-ad.ts';
import { testConfig, testHouse } from '../../../support/house.ts';
import { connectedCompany } from '../company.ts';

const isThrottled = (error: unknown) => error instanceof CarillonError && error.code === 'signIn.tooManyGuesses';
const minuteMs = 60_000;

describeOnEachEngine('guesses at a directory', function () {
  this.timeout(60_000);
  let house: House & { stop: () => Promise<void> };
  let fake: FakeAd;
  let begin: (isKnown?: boolean) => Promise<Guess>;
  beforeEach(async () => {
    house = await testHouse(testConfig({ outboundPrivateHosts: ['127.0.0.1'] }));
    fake = await startFakeAd();
    const { directory } = await connectedCompany(house, 'ad', fake, ['fake.example.test']);
    const allowance = { guesses: 3, known: 4, windowMs: 30 * minuteMs, threshold: 5, thereMs: 30 * minuteMs };
    const lockouts = new LockoutPolicies();
    begin = (isKnown = false) => beginGuess(house.ground, directory, 'somebody', allowance, lockouts, isKnown);
  });
  afterEach(async () => {
    clock.reset();
    await fake.stop();
    await house.stop();
  });
  const wrong = async (isKnown = false): Promise<void> => (await begin(isKnown)).wrong();

  it('count from the last one on, as the directory does, so that two windows never meet in one of its', async () => {
    for (const minutes of [29, 1]) {
      await wrong();
      clock.advance(minutes * minuteMs);
    }
    await wrong();
    await assert.rejects(begin(), isThrottled);
    clock.advance(29 * minuteMs);
    await assert.rejects(begin(), isThrottled);
    clock.advance(minuteMs); // what was refused has prolonged nothing
    await wrong();
  });

  it('count a password once more that is tried once more, and forget all of them when it was right', async () => {
    const guess = await begin();
    await guess.onceMore();
    await guess.onceMore();
    await assert.rejects(guess.onceMore(), isThrottled);
    await guess.wrong();
    await assert.rejects(begin(), isThrottled);
    clock.advance(30 * minuteMs);
    const right = await begin();
    await right.onceMore();
    await right.right();
    for (let i = 0; i < 3; i++) await wrong();
    await assert.rejects(begin(), isThrottled);
  });

  it('are forgotten with the unit of work that follows a right password, where that is to do it, and not before', async () => {
    for (let i = 0; i < 2; i++) await wrong();
    let forget: Forget | undefined;
    await (await begin()).right((how) => (forget = how));
    const { db } = house.ground;
    await assert.rejects(
      db.write(async (m) => {
        await forget!(m);
        throw new Error('refused');
      }),
      /refused/,
    );
    // Elsewhere than on SQLite, which counts what was wrong alone, the right one is the third until it is forgotten.
    await wrong().catch(() => undefined);
    await assert.rejects(begin(), isThrottled);
    await db.write(forget!);
    for (let i = 0; i < 3; i++) await wrong();
    await assert.rejects(begin(), isThrottled);
  });

  it('leave the last ones to browsers in which the person has signed in before, and are fewer than lock all the same', async () => {
    for (let i = 0; i < 3; i++) await wrong();
    await assert.rejects(begin(), isThrottled);
    await wrong(true); // the fourth of five that lock
    await assert.rejects(begin(true), isThrottled);
    clock.advance(30 * minuteMs);
    for (let i = 0; i < 4; i++) await wrong(true);
    await assert.rejects(begin(), isThrottled);
    await assert.rejects(begin(true), isThrottled);
  });

  it('of many at once from browsers that are not known leave the last ones too', async () => {
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => begin()));
    const begun = all.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    assert.equal(begun.length, 3);
    const owner = await begin(true);
    await Promise.all(begun.map((guess) => guess.wrong()));
    await owner.right();
    await wrong(); // what was right made an end of all
  });

  it('are fewer than lock an account, however few lock it, and leave one where two can be tried', () => {
    for (let threshold = 1; threshold <= 60; threshold++) {
      const { guesses, known } = belowLock(threshold);
      assert.ok(guesses >= 1 && guesses <= known, `${threshold}`);
      if (threshold > 1) assert.ok(known < threshold, `${threshold}`);
      if (threshold > 2) assert.ok(guesses < known, `${threshold}`);
    }
  });
});
