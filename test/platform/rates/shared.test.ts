import assert from 'node:assert/strict';
import type { House } from '../../../src/app.ts';
import { createPasswordLimits } from '../../../src/auth/credentials/guesses/passwords.ts';
import { createAskLimits, createChoiceLimits } from '../../../src/auth/pages/own/limits.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { CarillonError } from '../../../src/platform/errors/errors.ts';
import { RateCounterTable } from '../../../src/platform/rates/counter.entity.ts';
import { createSharedRates, sweepCounters } from '../../../src/platform/rates/shared.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { testConfig, testHouse } from '../../support/house.ts';

describeOnEachEngine('limits over all nodes', function (engine) {
  this.timeout(60_000);
  let nodes: (House & { stop: () => Promise<void> })[];
  beforeEach(async () => {
    const config = testConfig();
    nodes = [await testHouse(config), await testHouse(config)];
  });
  afterEach(async () => {
    clock.reset();
    for (const node of nodes) await node.stop();
  });

  /** How many of so many calls pass, each at another node than the one before. */
  async function passed(calls: number, limits: readonly ((round: number) => Promise<unknown>)[]): Promise<number> {
    let through = 0;
    for (let round = 0; round < calls; round++) {
      try {
        if ((await limits[round % limits.length]!(round)) !== false) through += 1;
      } catch (error) {
        assert.ok(error instanceof CarillonError && error.code === 'rate.exceeded');
        assert.ok((error.retryAfter ?? 0) > 0);
      }
    }
    return through;
  }
  const shared = (over: number): number => (engine === 'postgres' ? over : over * 2);
  const grounds = () => nodes.map(({ ground }) => ground);

  it('security check 12: passwords are counted over all nodes of a database; SQLite has one', async () => {
    const limits = grounds().map((ground) => createPasswordLimits(ground, 'user'));
    const one = limits.map((take) => () => take('ann@own.example', '192.0.2.1', null));
    assert.equal(await passed(30, one), shared(10));
    const networks = limits.map(
      (take) => (round: number) => take('bob@own.example', `10.0.${round >> 8}.${round & 255}`, null),
    );
    assert.equal(await passed(220, networks), shared(100));
    const device = limits.map((take) => () => take('ann@own.example', '192.0.2.1', 'the owner’s browser'));
    assert.equal(await passed(30, device), shared(10), 'a known browser has its own');
    const administrators = grounds().map((ground) => createPasswordLimits(ground, 'administrator'));
    await administrators[0]!('ann@own.example', '192.0.2.1', null);
  });

  it('mails that anybody asks for, and passwords that a link chooses, are counted over all nodes', async () => {
    const asks = grounds().map((ground) => createAskLimits(ground, 'reset'));
    assert.equal(
      await passed(
        12,
        asks.map((take) => () => take('ann@own.example')),
      ),
      shared(5),
    );
    const others = grounds().map((ground) => createAskLimits(ground, 'register'));
    assert.equal(
      await passed(
        1,
        others.map((take) => () => take('ann@own.example')),
      ),
      1,
      'each by itself',
    );
    const choices = grounds().map((ground) => createChoiceLimits(ground, 'reset'));
    assert.equal(
      await passed(
        25,
        choices.map((take) => () => take('a link')),
      ),
      shared(10),
    );
  });

  it('at the same moment no more pass than there are, and what is over begins anew', async function () {
    if (engine === 'sqlite') this.skip();
    const limits = grounds().map((ground) => createSharedRates(ground, 'test', { each: { points: 7, seconds: 60 } }));
    const calls = Array.from({ length: 40 }, (_, i) => limits[i % 2]!(['each', 'key']));
    const done = await Promise.allSettled(calls);
    assert.equal(done.filter(({ status }) => status === 'fulfilled').length, 7);
    const { db, seal } = nodes[0]!.ground;
    // Another process, whose own memory has counted nothing.
    const third = createSharedRates({ db, seal }, 'test', { each: { points: 7, seconds: 60 } });
    await assert.rejects(third(['each', 'key']), { code: 'rate.exceeded' });
    clock.advance(60_001);
    await third(['each', 'key']);
    assert.equal(await db.read.count(RateCounterTable), 1);
    clock.advance(60_001);
    await db.write(sweepCounters);
    assert.equal(await db.read.count(RateCounterTable), 0);
  });

  it('what is counted stands nowhere, in a table that is bounded', async function () {
    if (engine === 'sqlite') this.skip();
    const [ground] = grounds();
    await createPasswordLimits(ground!, 'user')('ann@own.example', '192.0.2.1', null);
    const rows = await ground!.db.read.find(RateCounterTable);
    assert.equal(rows.length, 3);
    for (const { counter } of rows) {
      assert.match(counter, /^user-password\.(network|nameAndNetwork|name)\.\d{1,6}$/);
      assert.ok(Number(counter.split('.')[2]) < 2 ** 18);
    }
  });
});
