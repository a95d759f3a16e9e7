import assert from 'node:assert/strict';
import { mostAtOnce, parseAddresses } from '../../../src/users/invitations/addresses.ts';

const keys = (text: string): (string | null)[] => parseAddresses(text).map(({ addressKey }) => addressKey);

describe('invitations: the addresses that somebody types', () => {
  const parted: Record<string, string> = {
    semicolons: 'a@x.example;b@y.example',
    'semicolons and blanks': ' a@x.example ; b@y.example ; ',
    commas: 'a@x.example, b@y.example',
    lines: 'a@x.example\r\nb@y.example\n',
    blanks: 'a@x.example   b@y.example',
    'all at once': ';;a@x.example,\n\n;\tb@y.example,,',
    'names in front of them': 'Ada <a@x.example>; "Bob, the builder; really" <b@y.example>',
  };
  for (const [by, text] of Object.entries(parted)) {
    it(`are parted by ${by}`, () => assert.deepEqual(keys(text), ['a@x.example', 'b@y.example']));
  }

  it('count once, whatever their case and spelling', () => {
    assert.deepEqual(keys('Ada@X.example; ada@x.EXAMPLE'), ['ada@x.example']);
    assert.equal(parseAddresses('Ada@X.example; ada@x.EXAMPLE')[0]?.address, 'Ada@X.example');
  });

  it('are kept as they were typed where they are none, to be answered for', () => {
    assert.deepEqual(parseAddresses('ada, b@y.example, @x, a@b'), [
      { address: 'ada', addressKey: null },
      { address: 'b@y.example', addressKey: 'b@y.example' },
      { address: '@x', addressKey: null },
      { address: 'a@b', addressKey: null },
    ]);
  });

  it('are at least one, and at most 50', () => {
    const some = (count: number): string => Array.from({ length: count }, (_, i) => `p${i}@x.example`).join(';');
    assert.equal(keys(some(mostAtOnce)).length, 50);
    assert.throws(() => parseAddresses(some(51)), { code: 'invitation.tooMany', field: 'addresses' });
    assert.throws(() => parseAddresses('x'.repeat(40_000)), { code: 'invitation.tooMany' });
    for (const text of ['', ' \n;, ', ';']) {
      assert.throws(() => parseAddresses(text), { code: 'invitation.nobodyNamed', field: 'addresses' });
    }
  });

  it('are parted in no time, whatever was typed', () => {
    for (const piece of ['a ', '"', '<', ' <', '"a" ', 'a@x.example ', '">']) {
      try {
        parseAddresses(piece.repeat(Math.floor(32_000 / piece.length)));
      } catch (error) {
        assert.match((error as { code: string }).code, /^invitation\./);
      }
    }
  });
});
