import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { normaliseDomain, toUnicodeDomain } from '../../../src/accounts/domains/name.ts';

const refused = (input: string, code: string): void =>
  assert.throws(() => normaliseDomain(input), { code, field: 'domain', kind: 'BadRequest' }, JSON.stringify(input));

describe('normaliseDomain', () => {
  it('gives one spelling', () => {
    const spellings: [string, string][] = [
      ['example.com', 'example.com'],
      ['  Example.COM. ', 'example.com'],
      ['bücher.example', 'xn--bcher-kva.example'],
      ['XN--BCHER-KVA.example', 'xn--bcher-kva.example'],
      ['bu\u0308cher.example', 'xn--bcher-kva.example'],
      ['acme。com', 'acme.com'],
      ['mail.eu.acme.co.uk', 'mail.eu.acme.co.uk'],
      ['acme.github.io', 'acme.github.io'],
      ['demo.test', 'demo.test'],
      ['a--b.com', 'a--b.com'],
    ];
    for (const [input, name] of spellings) assert.equal(normaliseDomain(input), name);
  });

  it('refuses what is no domain', () => {
    const bad = ['', ' ', '.', 'acme', 'a..com', '.acme.com', 'acme.com..', '-a.com', 'a-.com', 'a_b.com', 'a b.com'];
    const urls = [
      'https://acme.com',
      'acme.com/x',
      'me@acme.com',
      'acme.com:443',
      'acme.com?x',
      'acme.com#x',
      '%61.com',
    ];
    const addresses = ['127.0.0.1', '0x7f.1', '2130706433', '[::1]', '::1', '1.2.3.4.'];
    const encodings = ['xn--a.com', 'xn--abc.com', 'ab--cd.com', 'a\u0000.com', 'a\\b.com', '*.acme.com'];
    const long = [`${'a'.repeat(64)}.com`, `${'a.'.repeat(126)}com`, 'ü'.repeat(2000)];
    for (const input of [...bad, ...urls, ...addresses, ...encodings, ...long]) refused(input, 'domain.invalid');
  });

  it('refuses public suffixes, private ones too', () => {
    for (const input of ['com', 'co.uk', 'GitHub.io', '公司.cn', 's3.amazonaws.com', 'anything.ck']) {
      refused(input, 'domain.publicSuffix');
    }
  });

  it('refuses special-use names', () => {
    for (const input of ['localhost', 'a.localhost', 'x.local', 'x.internal', 'x.invalid', 'x.onion', 'home.arpa']) {
      refused(input, 'domain.specialUse');
    }
  });

  it('gives the same again for its own result, and nothing but letters, digits, hyphens and dots', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.domain(),
          fc.string({ unit: 'grapheme' }).map((text) => `${text}.com`),
        ),
        (input) => {
          let name: string;
          try {
            name = normaliseDomain(input);
          } catch {
            return;
          }
          assert.match(name, /^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
          assert.equal(normaliseDomain(name), name);
          assert.equal(normaliseDomain(toUnicodeDomain(name)), name);
        },
      ),
    );
  });
});

describe('toUnicodeDomain', () => {
  it('shows letters', () => {
    assert.equal(toUnicodeDomain('xn--bcher-kva.example'), 'bücher.example');
    assert.equal(toUnicodeDomain('example.com'), 'example.com');
  });
});
