import assert from 'node:assert/strict';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { created, groupBody, membersOf, type Served, serveScim, userBody } from '../support.ts';

describeOnEachEngine('SCIM: members that a PATCH chooses by a filter', function () {
  this.timeout(60_000);
  let served: Served;
  let [ann, bob, child, group] = ['', '', '', ''];
  beforeEach(async () => {
    served = await serveScim();
    const { scim } = served;
    ann = await created(scim, '/Users', userBody('ann', { displayName: 'Ann Arbor' }));
    bob = await created(scim, '/Users', userBody('bob'));
    child = await created(scim, '/Groups', groupBody('Child'));
    group = await created(scim, '/Groups', groupBody('Sales', [ann, bob, child]));
  });
  afterEach(() => served.stop());

  /** Who is left after a removal, by name; the others are put in again. */
  const leftBy = async (filter: string): Promise<string[]> => {
    const { scim } = served;
    const reply = await scim.patch(`/Groups/${group}`, { op: 'remove', path: `members[${filter}]` });
    assert.equal(reply.status, 204, `${filter}: ${reply.text}`);
    const left = await membersOf(scim, group);
    const all = [ann, bob, child].map((value) => ({ value }));
    assert.equal((await scim.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: all })).status, 204);
    const names = new Map([
      [ann, 'ann'],
      [bob, 'bob'],
      [child, 'child'],
    ]);
    return left.map((id) => names.get(id)!).toSorted();
  };

  it('are of the type that is asked for, in either order', async () => {
    const all = ['ann', 'bob', 'child'];
    assert.deepEqual(await leftBy(`value eq "${ann}" and type eq "Group"`), all);
    assert.deepEqual(await leftBy(`type eq "Group" and value eq "${ann}"`), all);
    assert.deepEqual(await leftBy(`value eq "${child}" and type eq "User"`), all);
    assert.deepEqual(await leftBy(`type eq "User" and value eq "${child}"`), all);
    assert.deepEqual(await leftBy(`value eq "${ann}" and type eq "Robot"`), all);
    assert.deepEqual(await leftBy(`value eq "${ann}" and type eq "user"`), ['bob', 'child']);
    assert.deepEqual(await leftBy(`type eq "Group" and value eq "${child}"`), ['ann', 'bob']);
    assert.deepEqual(await leftBy(`(value eq "${ann}" or value eq "${child}") and type eq "Group"`), ['ann', 'bob']);
  });
});
