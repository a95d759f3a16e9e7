import assert from 'node:assert/strict';
import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { Remembered } from '../../src/trail/people/remembered.ts';

const minute = 60_000;

describe('the keys that a process remembers', () => {
  const key = (): KeyObject => createSecretKey(randomBytes(32));

  it('are those that came last, and not more and more', () => {
    const remembered = new Remembered();
    const [first, last] = [key(), key()];
    remembered.add('first', first, 0);
    for (let i = 0; i < 7_000; i++) remembered.add(`person ${i}`, last, 0);
    assert.equal(remembered.get('first', 0), first);
    for (let i = 7_000; i < 20_000; i++) remembered.add(`person ${i}`, last, 0);
    assert.equal(remembered.get('first', 0), undefined);
    assert.equal(remembered.get('person 0', 0), undefined);
    for (let i = 12_000; i < 20_000; i++) assert.equal(remembered.get(`person ${i}`, 0), last);
  });

  it('end after ten minutes, and begin anew when they come anew', () => {
    const remembered = new Remembered();
    const [one, other] = [key(), key()];
    remembered.add('ada', one, 0);
    assert.equal(remembered.get('ada', 10 * minute - 1), one);
    assert.equal(remembered.get('ada', 10 * minute), undefined);
    remembered.add('ada', other, 10 * minute);
    assert.equal(remembered.get('ada', 15 * minute), other);
  });

  it('are forgotten wherever they are, also by a unit that had asked for one before', () => {
    const remembered = new Remembered();
    remembered.add('ada', key(), 0);
    for (let i = 0; i < 8_000; i++) remembered.add(`person ${i}`, key(), 0);
    remembered.add('ada', key(), 1);
    remembered.forget('ada', 10);
    assert.equal(remembered.get('ada', 10), undefined);
    remembered.add('ada', key(), 10);
    assert.equal(remembered.get('ada', 10), undefined);
    const later = key();
    remembered.add('ada', later, 11);
    assert.equal(remembered.get('ada', 11), later);
  });
});
