import assert from 'node:assert/strict';
import { withReferences } from '../../../../src/directory/scim/protocol/bulk-references.ts';

const resolve = (bulkId: string): string | undefined => (bulkId === 'x' ? 'id-1' : undefined);
const pathOf = (path: string): unknown =>
  (withReferences({ Operations: [{ op: 'remove', path }] }, true, resolve) as { Operations: { path: string }[] })
    .Operations[0]!.path;

describe('SCIM references in the path of a PATCH', () => {
  it('stand in quoted values, and nowhere else', () => {
    assert.equal(pathOf('members[value eq "bulkId:x"]'), 'members[value eq "id-1"]');
    const two = 'members[value eq "bulkId:x" or value eq "bulkId:y"]';
    assert.equal(pathOf(two), 'members[value eq "id-1" or value eq "bulkId:y"]');
    for (const other of ['members[value eq "a\\"bulkId:x"]', 'members[value eq "bulkId:x]', 'bulkId:x', '"\\'])
      assert.equal(pathOf(other), other);
  });

  it('are looked for once, in a path that may be one', () => {
    // Both would take minutes if every quotation mark were read to the end.
    const [longest, longer] = ['\\"bulkId:'.repeat(113), '\\"bulkId:'.repeat(1_000_000)];
    const operations = [...Array.from({ length: 30_000 }, () => ({ path: longest })), { path: longer }];
    assert.deepEqual(withReferences({ Operations: operations }, true, resolve), { Operations: operations });
  });
});
