import assert from 'node:assert/strict';
import { fold } from '../../../src/platform/text/fold.ts';

describe('fold', () => {
  it('joins what people take for the same', () => {
    assert.equal(fold('MÜLLER@Example.COM'), fold('mu\u0308ller@example.com'));
    assert.equal(fold('ｊｏｅ'), 'joe');
  });

  it('leaves a key as it is, for every character', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const key = fold(String.fromCodePoint(code));
      assert.equal(fold(key), key, `U+${code.toString(16)}`);
    }
  });
});
