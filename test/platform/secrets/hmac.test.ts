import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { hmacBy } from '../../../src/platform/secrets/hmac.ts';
import { freshBytes } from '../../../src/platform/secrets/random.ts';

describe('hmacBy', () => {
  it('is HMAC-SHA256, for keys and texts of every length, one after another', () => {
    for (const keyBytes of [0, 1, 32, 63, 64, 65, 200]) {
      const key = freshBytes(keyBytes);
      const hmac = hmacBy(key);
      for (const length of [1_025, 5_000, 1_024, 1_023, 64, 65, 55, 1, 0]) {
        for (const letter of ['a', 'ü', '✓', '😀', '\ud800', '\0']) {
          const text = letter.repeat(length).slice(0, length);
          assert.equal(hmac(text), createHmac('sha256', key).update(text).digest('base64url'));
        }
      }
    }
  });

  it('is that of RFC 4231', () => {
    const of = (key: Buffer, text: string): string => Buffer.from(hmacBy(key)(text), 'base64url').toString('hex');
    assert.equal(
      of(Buffer.from('Jefe'), 'what do ya want for nothing?'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
    assert.equal(
      of(Buffer.alloc(20, 0x0b), 'Hi There'),
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    );
  });
});
