import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { JsonPieces } from '../../../src/platform/http/json-pieces.ts';
import { parseJson } from '../../../src/platform/http/parse.ts';
import { CarillonError } from '../../../src/platform/errors/errors.ts';
import { scaled } from '../../support/scale.ts';

/** Reads a text that comes in parts of this length, cut wherever it can be. */
function inPieces(text: string, part: number, size: number, depth = 20): unknown {
  const pieces = new JsonPieces(depth, size);
  for (let at = 0; at < text.length; at += part) pieces.push(text.slice(at, at + part));
  return pieces.end();
}

/** What comes of a text, or that it is refused. */
const outcome = (read: () => unknown): string => {
  try {
    return JSON.stringify(read());
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof CarillonError && error.code === 'body.notJson')) return 'no';
    throw error;
  }
};

const sizes = { part: fc.integer({ min: 1, max: 40 }), size: fc.integer({ min: 0, max: 60 }) };
// Keys that come twice, look like numbers, or hold what else means something.
const text = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('a', '1', ',', ']', '\\', '"', '\\"', '{"', '🎼'));
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, depthSize: 'large' },
    text,
    fc.integer(),
    fc.constantFrom(null, true, false, 1.5e-7),
    fc.array(tie('tree'), { maxLength: 6 }),
    fc.dictionary(
      // JSON.parse of Node 24 mistakes a key of one quotation mark for one of a backslash that it has read before.
      text.filter((key) => key !== '__proto__' && !key.includes('\\')),
      tie('tree'),
      { maxKeys: 6 },
    ),
  ),
}));

describe('a JSON body in pieces', () => {
  it('is what it is in one piece, wherever it is cut', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom(0, 1), sizes.part, sizes.size, (value, indent, part, size) => {
        const whole = JSON.stringify(value, null, indent);
        assert.deepEqual(inPieces(whole, part, size), JSON.parse(whole));
      }),
      { numRuns: scaled(1_500), seed: 4 },
    );
  });

  it('is refused exactly when it is no JSON in one piece', () => {
    const signs = fc.constantFrom(...'[]{},,:"1a \\'.split(''), '"a"', '"a":', 'null', '[[', ']]');
    const broken = fc.oneof(
      fc.array(signs, { maxLength: 14 }).map((all) => all.join('')),
      fc.tuple(tree, fc.nat(200), fc.nat(3), signs).map(([value, at, length, sign]) => {
        const whole = JSON.stringify(value);
        return whole.slice(0, at) + sign + whole.slice(at + length);
      }),
    );
    fc.assert(
      fc.property(broken, sizes.part, sizes.size, (given, part, size) => {
        fc.pre(!given.includes('__proto__'));
        assert.equal(
          outcome(() => inPieces(given, part, size)),
          outcome(() => JSON.parse(given)),
          given,
        );
      }),
      { numRuns: scaled(6_000), seed: 5 },
    );
  });

  it('takes the last of two equal names, also when they are far apart', () => {
    const list = JSON.stringify(Array.from({ length: 50 }, (_, i) => ({ i })));
    for (const size of [0, 10, 1_000]) {
      assert.deepEqual(inPieces(`{"a":${list},"b":1,"a":{"c":2}}`, 7, size), { b: 1, a: { c: 2 } });
      assert.equal((inPieces(`{"a":1,"a":${list}}`, 7, size) as { a: unknown[] }).a.length, 50);
    }
  });

  it('may be no deeper, and hold no __proto__, in any of its pieces', () => {
    const far = '1,'.repeat(100);
    const deep = `[${far}${'['.repeat(21)}${']'.repeat(21)}]`;
    assert.throws(() => inPieces(deep, 5, 10), { code: 'body.tooDeep' });
    assert.throws(() => inPieces('['.repeat(100_000), 5_000, 10), { code: 'body.tooDeep' });
    assert.throws(() => inPieces(`[${far}{"__proto__":{"admin":true}}]`, 5, 10), { code: 'body.forbiddenKey' });
    assert.throws(() => inPieces(`{"__proto__":[${far}1]}`, 5, 10), { code: 'body.forbiddenKey' });
    assert.equal(({} as { admin?: boolean }).admin, undefined);
  });

  it('that comes in small parts is copied in steps of its length', () => {
    // One string of 8 million characters, in parts of 8: minutes if each part copied what came before it.
    for (const long of ['x'.repeat(8_000_000), '\\"'.repeat(4_000_000)]) {
      const read = inPieces(`{"a":"${long}","b":[1,2]}`, 8, 65_536) as { a: string; b: number[] };
      assert.deepEqual([read.a.length, read.b], [JSON.parse(`"${long}"`).length, [1, 2]]);
    }
  });

  it('may have few different names and many values, in all of its pieces together', () => {
    const some = (count: number, one: (i: number) => string): string =>
      Array.from({ length: count }, (_, i) => one(i)).join(',');
    const read = (given: string) => inPieces(given, 65_536, 65_536);
    const names = { code: 'body.tooManyNames', status: 413 };
    const values = { code: 'body.tooManyValues', status: 413 };
    assert.equal(Object.keys(read(`{${some(4_000, (i) => `"k${i}":"${'x'.repeat(40)}"`)}}`) as object).length, 4_000);
    assert.throws(() => read(`{${some(200_000, (i) => `"k${i}":1`)}}`), names);
    assert.throws(() => read(`[${some(100_000, (i) => `{"k${i}":1}`)}]`), names);
    assert.throws(() => read(`{"Operations":[{"op":"add","value":{${some(200_000, (i) => `"k${i}":1`)}}}]}`), names);
    assert.throws(() => parseJson(`{${some(5_000, (i) => `"k${i}":1`)}}`), names);
    assert.throws(() => read(`[${some(600_000, () => '{}')}]`), values);
    assert.throws(() => read(`[${some(600_000, () => '1')}]`), values);
    const member = (i: number): string => `{"value":"${i}","display":"a","type":"User","$ref":"../Users/${i}"}`;
    const group = read(`{"displayName":"All","members":[${some(50_000, member)}]}`) as { members: unknown[] };
    assert.equal(group.members.length, 50_000);
    const operation = (i: number): string =>
      `{"method":"POST","path":"/Users","bulkId":"b${i}","data":{${some(100, (n) => `"k${n}":["${i}"]`)}}}`;
    const bulk = read(`{"Operations":[${some(1_000, operation)}]}`) as { Operations: unknown[] };
    assert.equal(bulk.Operations.length, 1_000);
  });
});
