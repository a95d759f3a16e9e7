import assert from 'node:assert/strict';
import { faultPoint, faultPoints, readFaultPoint } from '../../src/platform/fault-points/fault-points.ts';
import { noes, pushes, signIns } from './table.ts';

const test = 'test';

describe('fault points', () => {
  it('are each tried: a process dies at every one that is named', () => {
    const tried = [pushes, noes, signIns].flatMap((table) =>
      Object.values(table).flatMap((deaths) => deaths.map(({ point }): string => point)),
    );
    assert.deepEqual(
      Object.keys(faultPoints).filter((point) => !tried.includes(point)),
      [],
    );
  });

  it('are read with their detail and their count', () => {
    const read = (text: string) => readFaultPoint({ NODE_ENV: test, FAULT_POINT: text });
    assert.deepEqual(read('commit.due'), { point: 'commit.due', detail: null, at: 1 });
    assert.deepEqual(read('outbox.claimed:users.out#3'), { point: 'outbox.claimed', detail: 'users.out', at: 3 });
    for (const text of ['commit', 'toString', 'commit.due#0', 'commit.due:a#b#c']) {
      assert.throws(() => read(text), /there is no fault point/);
    }
  });

  it('mean nothing outside a test', () => {
    assert.equal(readFaultPoint({ FAULT_POINT: 'commit.due' }), null);
    assert.equal(readFaultPoint({ FAULT_POINT: 'commit.due', NODE_ENV: 'production' }), null);
    assert.equal(readFaultPoint({ FAULT_POINT: 'no such point', NODE_ENV: 'production' }), null);
    assert.equal(readFaultPoint({ NODE_ENV: test }), null);
    for (const point of Object.keys(faultPoints)) faultPoint(point as keyof typeof faultPoints);
  });
});
