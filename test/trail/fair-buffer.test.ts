import assert from 'node:assert/strict';
import { FairBuffer } from '../../src/trail/fair-buffer.ts';

describe('the trail’s buffer', () => {
  it('keeps what a holder has from another’s flood, before it and after', () => {
    const buffer = new FairBuffer<string>(100);
    for (let i = 0; i < 10; i++) buffer.add('acme', `early ${i}`);
    for (let i = 0; i < 4_000; i++) buffer.add('', `noise ${i}`);
    for (let i = 0; i < 10; i++) buffer.add('acme', `late ${i}`);
    buffer.add('other', 'one');
    const { entries, dropped } = buffer.take();
    assert.equal(entries.length, 100);
    assert.equal(dropped, 4_000 + 21 - 100);
    for (const kept of ['early', 'late'])
      assert.deepEqual(
        entries.filter((entry) => entry.startsWith(kept)),
        Array.from({ length: 10 }, (_, i) => `${kept} ${i}`),
      );
    assert.equal(entries.at(-1), 'one');
    assert.deepEqual(buffer.take(), { entries: [], dropped: 0 });
  });

  it('gives two that flood it a half each', () => {
    const buffer = new FairBuffer<string>(100);
    for (let i = 0; i < 1_000; i++) buffer.add('acme', 'acme');
    for (let i = 0; i < 1_000; i++) buffer.add('other', 'other');
    const { entries } = buffer.take();
    assert.equal(entries.length, 100);
    assert.ok(Math.abs(entries.filter((entry) => entry === 'acme').length - 50) <= 1);
  });
});
