import assert from 'node:assert/strict';
import { makeTwins } from '../../../../bench/people.ts';
import { mapGroup } from '../../../../src/directory/groups/mappings.ts';
import { entitlement } from '../../../../src/users/entitlement/entitlement.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { assertRefused, created, groupBody, membersOf, type Served, serveScim, userBody } from '../support.ts';

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

  it('by whatever a filter can say of a member', async () => {
    const outcomes: [string, string[]][] = [
      ['type eq "Group"', ['ann', 'bob']],
      ['type eq "user"', ['child']],
      ['display eq "ann arbor"', ['bob', 'child']],
      ['display co "acme.example"', ['ann', 'child']],
      [`value ne "${ann}"`, ['ann']],
      [`value sw "${ann}"`, ['bob', 'child']],
      [`$ref ew "/Users/${bob}"`, ['ann', 'child']],
      [`$ref co "/Groups/"`, ['ann', 'bob']],
      [`not (value eq "${ann}" or value eq "${bob}")`, ['ann', 'bob']],
      [`not (type eq "User")`, ['ann', 'bob']],
      [`value eq "${ann}" and display eq "Ann Arbor"`, ['bob', 'child']],
      [`value eq "${ann}" and display eq "Bob"`, ['ann', 'bob', 'child']],
      [`value eq "${ann}" and value eq "${bob}"`, ['ann', 'bob', 'child']],
      ['value eq null', ['ann', 'bob', 'child']],
      ['display pr', []],
      ['value eq "nobody" or type eq "Robot"', ['ann', 'bob', 'child']],
    ];
    for (const [filter, left] of outcomes) assert.deepEqual(await leftBy(filter), left, filter);
  });

  it('are refused a filter that does not fit, and none is removed', async () => {
    const { scim } = served;
    for (const filter of ['nonsense eq "a"', 'value gt', 'value eq 1 and', 'primary eq true', 'value co true']) {
      const reply = await scim.patch(`/Groups/${group}`, { op: 'remove', path: `members[${filter}]` });
      assertRefused(reply, 400, 'invalidFilter');
    }
    assert.equal((await membersOf(scim, group)).length, 3);
  });

  it('go in slices out of a large group, and whoever loses the last right by it is out', async () => {
    const { scim, house, acme } = served;
    const { ground } = house;
    const model = (await ground.db.read.findOneBy(UserTable, { id: bob }))!;
    await ground.db.write((m) => makeTwins(m, model, 1_200));
    const people = await ground.db.read.findBy(UserTable, {});
    const twins = people.map(({ id }) => id).filter((id) => id !== ann && id !== bob);
    const large = await created(scim, '/Groups', groupBody('Large', [...twins, ann]));
    await mapGroup(ground, acme.scope, { groupName: 'Large', tier: 'Pro' });
    assert.equal((await entitlement(ground.db.read, ann)).tier, 'Pro');
    const keeps = { op: 'remove', path: `members[value ne "${twins[0]}"]` };
    assert.equal((await scim.patch(`/Groups/${large}`, keeps)).status, 204);
    assert.deepEqual(await membersOf(scim, large), [twins[0]]);
    assert.equal((await entitlement(ground.db.read, ann)).maySignIn, false);
  });
});
