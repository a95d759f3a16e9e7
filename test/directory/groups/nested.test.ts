import assert from 'node:assert/strict';
import { mapGroup } from '../../../src/directory/groups/mappings.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { Sql, sql } from '../../../src/platform/database/sql.ts';
import { stepsAbove } from '../../../src/users/entitlement/above.ts';
import { entitlement, entitlements } from '../../../src/users/entitlement/entitlement.ts';
import { UserTable } from '../../../src/users/user.entity.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { created, groupBody, type Served, serveScim, userBody } from '../scim/support.ts';

describeOnEachEngine('groups in groups', () => {
  let served: Served;
  let round = 0;
  before(async () => {
    served = await serveScim();
  });
  after(() => served.stop());

  /** A group of these members, with a tier or none. */
  async function group(name: string, members: string[], tier?: 'Pro' | 'Basic'): Promise<string> {
    const { scim, house, acme } = served;
    const displayName = `${name} ${round}`;
    const id = await created(scim, '/Groups', groupBody(displayName, members));
    if (tier) await mapGroup(house.ground, acme.scope, { groupName: displayName, tier });
    return id;
  }
  async function change(groupId: string, op: 'add' | 'remove', id: string): Promise<void> {
    const operation =
      op === 'add' ? { op, path: 'members', value: [{ value: id }] } : { op, path: `members[value eq "${id}"]` };
    const reply = await served.scim.patch(`/Groups/${groupId}`, operation);
    assert.equal(reply.status, 204, reply.text);
  }
  async function person(name: string): Promise<string> {
    return created(served.scim, '/Users', userBody(`${name}${round}`));
  }
  /** Somebody has signed in. */
  const live = (id: string): Promise<unknown> =>
    served.house.ground.db.write((m) => m.update(UserTable, { id }, { liveUntil: Date.now() + 1e6 }));
  const tierOf = async (id: string): Promise<string | null> =>
    (await entitlement(served.house.ground.db.read, id)).tier;
  /** How often somebody was put out since they came. */
  const outs = async (id: string): Promise<number> =>
    (await served.house.ground.db.read.findOneBy(UserTable, { id }))!.epoch - 1;

  beforeEach(() => {
    round += 1;
  });

  it('put people out who are several levels below, at once, whichever step goes', async () => {
    const { scim } = served;
    for (const step of ['top', 'middle', 'bottom', 'deleted'] as const) {
      round += 1;
      const ada = await person('ada');
      const levels = [await group('L4', [ada])];
      for (const name of ['L3', 'L2', 'L1']) levels.unshift(await group(name, [levels[0]!]));
      const top = await group('L0', [levels[0]!], 'Pro');
      assert.equal(await tierOf(ada), 'Pro');
      await live(ada);
      if (step === 'top') await change(top, 'remove', levels[0]!);
      if (step === 'middle') await change(levels[1]!, 'remove', levels[2]!);
      if (step === 'bottom') await change(levels[3]!, 'remove', ada);
      if (step === 'deleted') assert.equal((await scim.delete(`/Groups/${levels[2]}`)).status, 204);
      assert.deepEqual([await tierOf(ada), await outs(ada)], [null, 1], step);
    }
  });

  it('let people in at once who are several levels below', async () => {
    const [ada, top] = [await person('ada'), await group('Top', [], 'Basic')];
    const inner = await group('Inner', [await group('Innermost', [ada])]);
    assert.equal(await tierOf(ada), null);
    await change(top, 'add', inner);
    assert.equal(await tierOf(ada), 'Basic');
  });

  it('may be in each other: a loop that is made lets in, and one that is broken puts out', async () => {
    const [ada, bob] = [await person('ada'), await person('bob')];
    const a = await group('A', [ada], 'Pro');
    const b = await group('B', [bob]);
    const c = await group('C', [b]);
    await change(b, 'add', a);
    assert.deepEqual([await tierOf(ada), await tierOf(bob)], ['Pro', null]);
    await change(a, 'add', c);
    assert.deepEqual([await tierOf(ada), await tierOf(bob)], ['Pro', 'Pro'], 'A holds C, which holds B, which holds A');
    await change(a, 'add', a);
    await live(ada);
    await live(bob);
    await change(b, 'remove', a);
    assert.deepEqual([await outs(ada), await outs(bob)], [0, 0], 'nobody needed that step');
    await change(c, 'remove', b);
    assert.deepEqual([await tierOf(ada), await tierOf(bob)], ['Pro', null]);
    assert.deepEqual([await outs(ada), await outs(bob)], [0, 1]);
    await change(a, 'remove', ada);
    assert.deepEqual([await tierOf(ada), await outs(ada)], [null, 1], 'a group in itself holds nobody');
  });

  it('keep somebody in whom another way leads to a tier, and change the tier at once', async () => {
    const ada = await person('ada');
    const inner = await group('Inner', [ada]);
    await group('Basic', [inner], 'Basic');
    const pro = await group('Pro', [inner], 'Pro');
    await live(ada);
    assert.equal(await tierOf(ada), 'Pro');
    await change(pro, 'remove', inner);
    assert.deepEqual([await tierOf(ada), await outs(ada)], ['Basic', 0]);
    await change(pro, 'add', inner);
    assert.equal(await tierOf(ada), 'Pro');
  });

  it('are asked by one statement and each step once, also thousands in each other', async () => {
    const { house, acme } = served;
    const { db } = house.ground;
    const ada = await person('ada');
    const ring = 2_000;
    const whole = (n: number): Sql => new Sql([String(n)], []); // as a parameter SQLite would take it for a fraction
    const { organisationId, accountId, connectionId } = acme.scope;
    await db.write(async (m) => {
      await rows(
        m,
        sql`INSERT INTO "directory_groups" ("id", "organisationId", "accountId", "connectionId", "displayName",
              "displayNameKey", "version", "createdAt", "updatedAt")
            WITH RECURSIVE n("i") AS (SELECT 0 UNION ALL SELECT "i" + 1 FROM n WHERE "i" < ${whole(ring - 1)})
            SELECT 'ring' || "i", CAST(${organisationId} AS varchar(64)), CAST(${accountId} AS varchar(64)),
              CAST(${connectionId} AS varchar(64)), 'Ring ' || "i", 'ring ' || "i", 1, 0, 0 FROM n`,
      );
      await rows(
        m,
        sql`INSERT INTO "group_members" ("groupId", "memberId", "memberType", "accountId", "addedAt")
            WITH RECURSIVE n("i") AS (SELECT 0 UNION ALL SELECT "i" + 1 FROM n WHERE "i" < ${whole(ring - 1)})
            SELECT 'ring' || (("i" + 1) % ${whole(ring)}), 'ring' || "i", 'Group', CAST(${accountId} AS varchar(64)), 0 FROM n`,
      );
    });
    await change('ring7', 'add', ada);
    for (const groupName of ['Ring 0', 'Ring 7', 'Ring 1999'])
      await mapGroup(house.ground, acme.scope, { groupName, tier: 'Basic' });
    const { because, tier } = (await entitlements(db.read, [ada])).get(ada)!;
    assert.equal(tier, 'Basic');
    assert.deepEqual(
      because.map((reason) => reason.kind === 'group' && reason.groupName),
      ['Ring 0', 'Ring 1999', 'Ring 7'],
    );
    const steps = (await stepsAbove(db.read, [ada])).map(({ memberId, groupId }) => `${memberId} ${groupId}`);
    assert.ok(steps.length > ring && new Set(steps).size === steps.length);
    await live(ada);
    await change('ring3', 'remove', 'ring2');
    assert.deepEqual([await tierOf(ada), await outs(ada)], ['Basic', 0], 'one ring is a line now');
    await change('ring7', 'remove', ada);
    assert.deepEqual([await tierOf(ada), await outs(ada)], [null, 1]);
  });
});
