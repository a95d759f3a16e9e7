import assert from 'node:assert/strict';
import { freshBytes, freshText } from '../../../src/platform/secrets/random.ts';

describe('random bytes', () => {
  it('are as many as are wanted, and never given out twice, over many fillings of the pool', () => {
    const seen = new Set<string>();
    let count = 0;
    for (const length of [12, 32, 16, 255, 256, 257, 9_000]) {
      for (let i = 0; i < 300; i++, count += 2) {
        const bytes = freshBytes(length);
        const text = freshText(length);
        assert.equal(bytes.length, length);
        assert.equal(Buffer.from(text, 'base64url').length, length);
        for (const each of [bytes, Buffer.from(text, 'base64url')]) seen.add(each.toString('hex', 0, 12));
      }
    }
    assert.equal(seen.size, count);
  });

  it('are their taker’s alone: what is done to them changes nothing, and no memory is shared', () => {
    const [one, other] = [freshBytes(32), freshBytes(32)];
    assert.notEqual(one.buffer, other.buffer);
    assert.equal(one.buffer.byteLength, 32);
    const before = other.toString('hex');
    one.fill(0);
    assert.equal(other.toString('hex'), before);
  });

  it('are never what is left where others were taken', () => {
    const none = (bytes: Buffer): boolean => bytes.every((each) => each === 0);
    for (let i = 0; i < 5_000; i++) assert.ok(!none(freshBytes(12)) && !/^A+$/.test(freshText(12)));
  });
});
