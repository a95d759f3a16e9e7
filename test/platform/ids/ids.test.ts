import assert from 'node:assert/strict';
import { idAt, newId } from '../../../src/platform/ids/ids.ts';

describe('ids', () => {
  it('gives UUIDs of version 7 that sort in their order, also when more come than a millisecond counts', () => {
    const ids = Array.from({ length: 20_000 }, newId);
    const wrong = ids.filter((id) => !/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(id));
    assert.deepEqual(wrong, []);
    assert.deepEqual(ids, ids.toSorted());
    assert.equal(new Set(ids.map((id) => id.slice(19))).size, ids.length);
    const time = Number.parseInt(ids[0]!.replace('-', '').slice(0, 12), 16);
    assert.ok(Math.abs(time - Date.now()) < 600_000);
  });

  it('has every variant, and every random digit in each place', () => {
    const seen = Array.from({ length: 17 }, () => new Set<string>());
    for (let i = 0; i < 2_000; i++) Array.from(newId().slice(19), (digit, at) => seen[at]!.add(digit));
    assert.deepEqual(
      seen.map(({ size }) => size),
      [4, 16, 16, 16, 1, ...Array.from({ length: 12 }, () => 16)],
    );
  });

  it('tell when they were made: what is older sorts before the place of a time', () => {
    const before = Date.now();
    const made = Array.from({ length: 100 }, newId);
    assert.deepEqual(made.toSorted(), made);
    for (const id of made) {
      assert.ok(idAt(before) < id);
      assert.ok(idAt(before + 60_000) > id);
    }
    assert.ok(idAt(-1) < idAt(1));
  });
});
