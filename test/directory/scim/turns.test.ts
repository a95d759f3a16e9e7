import assert from 'node:assert/strict';
import { createTurns } from '../../../src/directory/scim/http/turns.ts';

describe('turns', () => {
  const gate = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    return { promise, resolve };
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('are so many of one key and so many in all, and nobody waits behind a key that has its share', async () => {
    const inTurn = createTurns({ each: 2, all: 3, waiting: 2 });
    const begun: string[] = [];
    const work = (key: string) => {
      const { promise, resolve } = gate();
      const done = inTurn(key, async () => {
        begun.push(key);
        await promise;
      });
      return { done, resolve };
    };
    const first = ['a', 'a', 'a', 'a'].map((key) => work(key));
    await assert.rejects(work('a').done, { code: 'rate.exceeded' });
    const [b, c] = [work('b'), work('c')];
    await settled();
    assert.deepEqual(begun, ['a', 'a', 'b']);
    b.resolve();
    await b.done;
    await settled();
    assert.deepEqual(begun, ['a', 'a', 'b', 'c'], 'though two of a came before');
    for (const { resolve } of [...first, c]) resolve();
    await Promise.all([...first, c].map(({ done }) => done));
    assert.deepEqual(begun, ['a', 'a', 'b', 'c', 'a', 'a']);
  });

  it('are given back by what fails', async () => {
    const inTurn = createTurns({ each: 1, all: 1, waiting: 1 });
    const failing = inTurn('a', () => Promise.reject(new Error('broken')));
    const next = inTurn('b', async () => 'done');
    await assert.rejects(failing, /broken/);
    assert.equal(await next, 'done');
  });
});
