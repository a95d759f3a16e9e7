import assert from 'node:assert/strict';
import { idAt, newId } from '../../../src/platform/ids/ids.ts';

describe('ids', () => {
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
