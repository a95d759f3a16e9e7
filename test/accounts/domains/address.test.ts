import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { domainOf, normaliseAddress } from '../../../src/accounts/domains/address.ts';

describe('normaliseAddress', () => {
  it('gives one key for the spellings of an address', () => {
    const spellings: [string, string][] = [
      [' Ann.Lee@Example.COM ', 'ann.lee@example.com'],
      ['ann@example.com.', 'ann@example.com'],
      ['ann+news@example.com', 'ann+news@example.com'],
      ['"ann"@example.com', 'ann@example.com'],
      ['"an\\n"@example.com', 'ann@example.com'],
      ['"a@b"@example.com', '"a@b"@example.com'],
      ['"a \\" b"@example.com', '"a \\" b"@example.com'],
      ['JÖRG@bücher.example', 'jörg@xn--bcher-kva.example'],
      ['jo\u0308rg@example.com', 'jörg@example.com'],
      ["o'neil@example.com", "o'neil@example.com"],
    ];
    for (const [input, key] of spellings) assert.equal(normaliseAddress(input), key);
  });

  it('keeps different mailboxes apart', () => {
    assert.notEqual(normaliseAddress('\u0131ris@example.com'), normaliseAddress('iris@example.com'));
    assert.notEqual(normaliseAddress('stra\u00dfe@example.com'), normaliseAddress('strasse@example.com'));
  });

  it('gives null for what is no address', () => {
    const bad = [
      '',
      '@',
      'ann',
      'ann@',
      '@example.com',
      'ann@b@example.com',
      'a b@example.com',
      'ann@localhost',
      '""@a.com',

      '.ann@example.com',
      'ann.@example.com',
      'a..b@example.com',
      'ann@[127.0.0.1]',
      'ann@127.0.0.1',
      'ann@a_b.com',

      'a\u0000@example.com',
      'a\r\nb@example.com',
      '"a\nb"@example.com',
      'a\u200bb@example.com',
      'a\u202eb@example.com',
      'a\u034fb@example.com', // the combining grapheme joiner, and others that show as nothing
      'a\u034f@example.com',
      '"a\u034fb"@example.com',
      'a\u115fb@example.com',
      'a\u17b4b@example.com',
      'a\u3164b@example.com',
      'a\ufe0fb@example.com',
      'a\u{e0100}b@example.com',

      '<ann@example.com>',
      'Ann <ann@example.com>',
      'ann@example.com, bob@example.com',
      '"ann@example.com',
      '\ud800@a.com',
      `${'a'.repeat(65)}@example.com`,
      `ann@${'a'.repeat(400)}.com`,
    ];
    for (const input of bad) assert.equal(normaliseAddress(input), null, JSON.stringify(input));
  });

  it('gives the same again for its own result', () => {
    const local = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.tuple(local, fc.boolean()), ([text, quote]) => {
        const key = normaliseAddress(`${quote ? `"${text}"` : text}@example.com`);
        if (key !== null) assert.equal(normaliseAddress(key), key);
      }),
    );
  });
});

describe('domainOf', () => {
  it('is the normalised domain, or null', () => {
    assert.equal(domainOf('Ann@Bücher.example'), 'xn--bcher-kva.example');
    assert.equal(domainOf('"x@evil.com"@example.com'), 'example.com');
    assert.equal(domainOf('ann'), null);
  });
});
