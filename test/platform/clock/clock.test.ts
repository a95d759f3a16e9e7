import assert from 'node:assert/strict';
import { iso } from '../../../src/platform/clock/clock.ts';

describe('the clock', () => {
  it('writes every time as a Date does', () => {
    const year = 365.2425 * 24 * 60 * 60 * 1000;
    const edges = [0, 1, 999, 1_000, 59_999, 86_399_999, 86_400_000, -1, 1.5, 8_030 * year, -8e15, 951_782_400_000];
    const many = Array.from({ length: 20_000 }, (_, i) => Math.floor(((i * 7_919) % 20_011) * 0.005 * year + i));
    for (const at of [...edges, ...many]) assert.equal(iso(at), new Date(at).toISOString());
  });

  it('refuses what is no time', () => {
    for (const none of [Number.NaN, Infinity, 9e15]) assert.throws(() => iso(none), RangeError);
  });
});
