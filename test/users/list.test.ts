import assert from 'node:assert/strict';
import { listUsers } from '../../src/users/list.ts';
import { testCompany } from '../support/company.ts';
import { testHouse } from '../support/house.ts';
import { describeOnEachEngine } from '../support/engines.ts';

describeOnEachEngine('the list of people', () => {
  it('finds people by a part of their names and addresses, page by page', async () => {
    const house = await testHouse();
    try {
      const { person, scope } = await testCompany(house);
      for (const name of ['ben', 'paula', 'pavel']) await person(name);
      const on = house.ground.db.read;
      const found = async (search: string, after?: string): Promise<[string[], boolean]> => {
        const { users, more } = await listUsers(on, { accountId: scope.accountId, search, after, limit: 2 });
        return [users.map(({ displayName }) => displayName ?? ''), more];
      };
      assert.deepEqual(await found(''), [['ben', 'paula'], true]);
      const { users } = await listUsers(on, { accountId: scope.accountId, search: '', limit: 2 });
      assert.deepEqual(await found('', users[1]?.id), [['pavel'], false]);
      assert.deepEqual(await found('PA'), [['paula', 'pavel'], false]);
      assert.deepEqual(await found('ben@acme'), [['ben'], false]);
      assert.deepEqual(await found('%'), [[], false]);
    } finally {
      await house.stop();
    }
  });
});
