import assert from 'node:assert/strict';
import type { House } from '../../../../src/app.ts';
import { beginGuess, type Guess } from '../../../../src/directory/ldap/sign-in/guesses.ts';
import { LockoutPolicies } from '../../../../src/directory/ldap/sign-in/lockout.ts';
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
  let begin: () => Promise<Guess>;
  beforeEach(async () => {
    house = await testHouse(testConfig({ outboundPrivateHosts: ['127.0.0.1'] }));
    fake = await startFakeAd();
    const { directory } = await connectedCompany(house, 'ad', fake, ['fake.example.test']);
    const allowance = { guesses: 3, windowMs: 30 * minuteMs, threshold: 5, thereMs: 30 * minuteMs };
    const lockouts = new LockoutPolicies();
    begin = () => beginGuess(house.ground, directory, 'somebody', allowance, lockouts);
  });
  afterEach(async () => {
    clock.reset();
    await fake.stop();
    await house.stop();
  });
  const wrong = async (): Promise<void> => (await begin()).wrong();

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
});
