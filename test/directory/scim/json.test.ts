import assert from 'node:assert/strict';
import { jsonOf } from '../../../src/directory/scim/http/json.ts';

describe('JSON in slices', () => {
  it('is what it is in one go', async () => {
    const members = (length: number) => Array.from({ length }, (_, i) => ({ value: `u"${i}`, $ref: undefined }));
    for (const length of [0, 1, 1_000, 1_001, 3_000]) {
      const group = { schemas: ['s'], 'odd"name': null, none: undefined, members: members(length), meta: { n: 1 } };
      const list = { totalResults: 2, Resources: [group, { id: '2' }, { id: '3', members: members(2_000) }] };
      for (const body of [group, list, { Resources: [] }]) assert.equal(await jsonOf(body), JSON.stringify(body));
    }
  });
});
