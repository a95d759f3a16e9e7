import assert from 'node:assert/strict';
import { createScimKey } from '../../../src/directory/scim/keys/keys.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { assertRefused, serveScim } from './support.ts';

describeOnEachEngine('SCIM: too much', () => {
  it('asks for a pause in whole seconds, of one key alone', async () => {
    const served = await serveScim({ scimRate: 3 });
    try {
      const { house, acme, scim } = served;
      const { token } = await createScimKey(house.ground, acme.scope, { name: 'another' });
      const replies = await Promise.all(Array.from({ length: 12 }, () => scim.get('/Users')));
      const refused = replies.filter(({ status }) => status === 429);
      assert.ok(refused.length >= 6, String(refused.length));
      for (const reply of refused) {
        assertRefused(reply, 429);
        assert.match(String(reply.headers['retry-after']), /^[1-9]\d*$/);
      }
      assert.equal((await served.as(token).get('/Users')).status, 200);
    } finally {
      await served.stop();
    }
  });

  it('slows down who tries keys, without keeping out who has one', async () => {
    const served = await serveScim();
    try {
      const guess = served.as('wrong');
      const statuses = new Set<number>();
      for (let i = 0; i < 70; i++) statuses.add((await guess.get('/Users')).status);
      assert.deepEqual(
        [...statuses].toSorted((a, b) => a - b),
        [401, 429],
      );
      assert.equal((await served.scim.get('/Users')).status, 200);
    } finally {
      await served.stop();
    }
  });
});
