import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sameSecret } from '../../../src/platform/secrets/compare.ts';
import { openKeyring } from '../../../src/platform/secrets/keyring.ts';
import { createSeal } from '../../../src/platform/secrets/seal.ts';
import { testFolder } from '../../support/folder.ts';

describe('secrets', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(testFolder(), 'certs');
  });

  const at = { table: 'connections', row: 'c1', column: 'clientSecret' };

  describe('openKeyring', () => {
    it('makes keys that only the owner may read, and finds them again', () => {
      const first = openKeyring(folder);
      assert.equal(statSync(folder).mode & 0o777, 0o700);
      assert.equal(statSync(join(folder, 'keyring.json')).mode & 0o777, 0o600);
      assert.deepEqual(readdirSync(folder), ['keyring.json']);
      const second = openKeyring(folder);
      assert.equal(second.current, first.current);
      assert.deepEqual(second.key(second.current), first.key(first.current));
      assert.deepEqual(second.derive('cookies'), first.derive('cookies'));
    });

    it('derives another key for each purpose, and none for an unknown id', () => {
      const keyring = openKeyring(folder);
      assert.equal(keyring.derive('csrf').length, 32);
      assert.notDeepEqual(keyring.derive('csrf'), keyring.derive('cookies'));
      assert.equal(keyring.key('__proto__'), undefined);
    });

    it('refuses a damaged file and leaves it as it is', () => {
      openKeyring(folder);
      const path = join(folder, 'keyring.json');
      const whole = readFileSync(path, 'utf8');
      const short = whole.replace(/"root": "[^"]+"/, '"root": "AAAA"');
      for (const text of [
        '',
        '{',
        '{}',
        whole.slice(0, 40),
        short,
        whole.replace(/"current": "\w+"/, '"current": "x"'),
      ]) {
        writeFileSync(path, text);
        assert.throws(() => openKeyring(folder), { code: 'secrets.keyringDamaged' });
        assert.equal(readFileSync(path, 'utf8'), text);
      }
    });
  });

  describe('createSeal', () => {
    it('opens what it sealed, also after another key became current', () => {
      const sealed = createSeal(openKeyring(folder)).seal('geheim ✓', at);
      assert.ok(!sealed.includes('geheim'));
      const path = join(folder, 'keyring.json');
      const next = `"current": "next", "keys": { "next": "${Buffer.alloc(32, 7).toString('base64')}",`;
      writeFileSync(path, readFileSync(path, 'utf8').replace(/"current": "\w+",\s*"keys": \{/, next));
      const seal = createSeal(openKeyring(folder));
      assert.equal(seal.unseal(sealed, at), 'geheim ✓');
      assert.match(seal.seal('', at), /^s1\.next\./);
      assert.equal(seal.unseal(seal.seal('', at), at), '');
    });

    it('never gives the same text twice', () => {
      const seal = createSeal(openKeyring(folder));
      assert.notEqual(seal.seal('x', at), seal.seal('x', at));
    });

    it('does not open at another place', () => {
      const seal = createSeal(openKeyring(folder));
      const sealed = seal.seal('x', at);
      const places = [{ row: 'c2' }, { table: 'accounts' }, { column: 'note' }, { table: 'connectionsc1', row: '' }];
      for (const place of places)
        assert.throws(() => seal.unseal(sealed, { ...at, ...place }), { code: 'secrets.unsealable' });
    });

    it('does not open when any character was changed', () => {
      const seal = createSeal(openKeyring(folder));
      const sealed = seal.seal('secret', at);
      for (let index = 0; index < sealed.length; index += 1) {
        const changed = sealed.slice(0, index) + (sealed[index] === 'A' ? 'B' : 'A') + sealed.slice(index + 1);
        assert.throws(() => seal.unseal(changed, at), { code: 'secrets.unsealable' }, `at ${index}`);
      }
      for (const text of ['', 's1', 's1..', `${sealed}.`, `${sealed}=`, sealed.slice(0, -1)]) {
        assert.throws(() => seal.unseal(text, at), { code: 'secrets.unsealable' }, text);
      }
    });
  });

  it('compares secrets', () => {
    assert.equal(sameSecret('abc', 'abc'), true);
    assert.equal(sameSecret('', ''), true);
    assert.equal(sameSecret('abc', 'abd'), false);
    assert.equal(sameSecret('abc', 'abcd'), false);
  });
});
