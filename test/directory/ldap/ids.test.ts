import assert from 'node:assert/strict';
import { idText, idValue } from '../../../src/directory/ldap/ids.ts';

describe('what an entry of a directory is known by', () => {
  it('is its GUID as people write it, or its UUID as it is, and leads back to the value', () => {
    const guid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    assert.equal(idText('objectGUID', guid), '33221100-5544-7766-8899-aabbccddeeff');
    assert.deepEqual(idValue('objectguid', '33221100-5544-7766-8899-aabbccddeeff'), guid);
    assert.equal(idText('objectGUID', guid.subarray(1)), null);
    assert.equal(idText('entryUUID', Buffer.from('0A-b')), '0a-b');
    assert.equal(idText('uid', Buffer.from('sixteen-letters!')), 'sixteen-letters!');
    assert.equal(idText('entryUUID', Buffer.alloc(0)), null);
    assert.equal(idText('entryUUID', Buffer.alloc(65, 'a')), null);
  });

  it('is no other entry’s, where it is bytes that are no text', () => {
    const values = ['ff00', 'fe00', 'efbfbd00', '00', '307866663030'].map((hex) => Buffer.from(hex, 'hex'));
    const ids = values.map((value) => idText('nsUniqueId', value)!);
    assert.equal(new Set(ids).size, values.length);
    assert.deepEqual(
      ids.map((id) => idValue('nsUniqueId', id)),
      values,
    );
  });
});
