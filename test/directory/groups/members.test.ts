import assert from 'node:assert/strict';
import { directs, rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { mapGroup } from '../../../src/directory/groups/mappings.ts';
import { UserTable } from '../../../src/users/user.entity.ts';
import { makeTwins } from '../../../bench/people.ts';
import { idOfTwin } from '../../../bench/twins.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { until } from '../../support/until.ts';
import {
  assertRefused,
  created,
  groupBody,
  membersOf,
  type Reply,
  type Served,
  serveScim,
  userBody,
} from '../scim/support.ts';

const large = 3_000;
/** What `users` and `group_members` are asked; the trail and the outbox write beside it. */
const aboutMembers = /"group_members"|"users"/;

interface Asked {
  text: string;
  parameters: unknown[];
  rows: number;
}

describeOnEachEngine('security check 21: members of large groups', (engine) => {
  let served: Served;
  let asked: Asked[] = [];
  let paula = '';
  const ids = Array.from({ length: large }, (_, i) => idOfTwin(i));
  const givenSet = directs.set.bind(directs);

  before(async () => {
    directs.set = (on, direct) =>
      givenSet(on, {
        run: async (text, parameters) => {
          const found = await direct.run(text, parameters);
          if (aboutMembers.test(text)) asked.push({ text, parameters: [...parameters], rows: found.length });
          return found;
        },
        later: (text, parameters) => {
          if (aboutMembers.test(text)) asked.push({ text, parameters: [...parameters], rows: 0 });
          return direct.later(text, parameters);
        },
      });
    served = await serveScim();
    const model = await served.acme.person('model');
    await served.house.ground.db.write((m) => makeTwins(m, model, large));
    paula = await created(served.scim, '/Users', userBody('paula'));
  });
  after(async () => {
    directs.set = givenSet;
    await served.stop();
  });

  const during = async (work: () => Promise<Reply>): Promise<Asked[]> => {
    asked = [];
    const reply = await work();
    assert.equal(reply.status, 204, reply.text);
    return asked;
  };
  const value = (of: readonly string[]) => of.map((id) => ({ value: id }));
  const count = async (groupId: string): Promise<number> => {
    const [found] = await rows<{ n: number | string }>(
      served.house.ground.db.read,
      sql`SELECT COUNT(*) AS "n" FROM "group_members" WHERE "groupId" = ${groupId}`,
    );
    return Number(found!.n);
  };

  it('one comes or goes by the same statements and rows as in a small group', async () => {
    const { scim, house, acme } = served;
    const sizes = [2, large];
    const seen: Asked[][] = [];
    for (const size of sizes) {
      const group = await created(scim, '/Groups', groupBody(`Of ${size}`, ids.slice(0, size)));
      await mapGroup(house.ground, acme.scope, { groupName: `Of ${size}`, tier: 'Pro' });
      seen.push([
        ...(await during(() => scim.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: value([paula]) }))),
        ...(await during(() => scim.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${paula}"]` }))),
      ]);
    }
    const [small = [], big = []] = seen.map((all) => all.map(({ text, rows: n }) => ({ text, n })));
    assert.deepEqual(big, small);
    assert.ok(
      big.every(({ n }) => n <= 1),
      JSON.stringify(big),
    );
    if (engine !== 'sqlite') return;
    for (const { text, parameters } of seen[1]!) {
      const plan = await house.ground.db.read.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${text}`, parameters);
      for (const { detail } of plan) {
        assert.doesNotMatch(detail, /SCAN (u|m|o|users|group_members)\b/, text);
        assert.doesNotMatch(detail, /\(groupId=\?\)/, text);
      }
    }
  });

  it('come, are replaced and go in slices: all of them, or none', async () => {
    const { scim } = served;
    const group = await created(scim, '/Groups', groupBody('Sliced'));
    const path = `/Groups/${group}`;
    const add = { op: 'add', path: 'members', value: value(ids) };
    assertRefused(
      await scim.patch(path, { ...add, value: value([...ids, 'nobody']) }),
      400,
      'invalidValue',
      'id nobody',
    );
    assert.equal(await count(group), 0);
    await during(() => scim.patch(path, add));
    assert.equal(await count(group), large);
    await during(() => scim.patch(path, add));
    const half = ids.filter((_, i) => i % 2 === 0);
    await during(() => scim.patch(path, { op: 'replace', path: 'members', value: value([...half, paula]) }));
    assert.deepEqual(await membersOf(scim, group), [...half, paula].toSorted());
    const put = await scim.put(`${path}?excludedAttributes=members`, groupBody('Sliced', ids));
    assert.equal(put.status, 200);
    assert.deepEqual(await membersOf(scim, group), ids);
    const wrong = await scim.put(path, groupBody('Sliced', [...half, 'nobody']));
    assertRefused(wrong, 400, 'invalidValue', 'id nobody');
    assert.equal(await count(group), large);
    await during(() => scim.patch(path, { op: 'remove', path: 'members', value: value(half) }));
    assert.equal(await count(group), large / 2);
    await during(() => scim.patch(path, { op: 'remove', path: 'members' }));
    assert.equal(await count(group), 0);
  });

  it('are out when the group goes that let them in, and only they', async () => {
    const { scim, house, acme } = served;
    const { db } = house.ground;
    for (const { id } of (await scim.get('/Groups?excludedAttributes=members')).body.Resources) {
      await scim.delete(`/Groups/${id}`);
    }
    const all = await created(scim, '/Groups', groupBody('All', ids));
    await created(scim, '/Groups', groupBody('Few', ids.slice(0, 10)));
    for (const groupName of ['All', 'Few']) await mapGroup(house.ground, acme.scope, { groupName, tier: 'Pro' });
    await db.write((m) => m.update(UserTable, { accountId: acme.scope.accountId }, { liveUntil: Date.now() + 1e6 }));
    assert.equal((await scim.delete(`/Groups/${all}`)).status, 204);
    const out = await db.read.findBy(UserTable, { epoch: 2 });
    assert.equal(
      out
        .map(({ id }) => id)
        .toSorted()
        .join(' '),
      ids.slice(10).join(' '),
    );
  });

  it('are asked for by others while a group is replaced', async () => {
    const { scim } = served;
    const group = await created(scim, '/Groups', groupBody('Busy'));
    let answered = false;
    const put = scim.put(`/Groups/${group}?excludedAttributes=members`, groupBody('Busy', ids));
    void put.then(() => (answered = true));
    let reads = 0;
    await until(async () => {
      const { status } = await scim.get(`/Users/${paula}`);
      assert.equal(status, 200);
      if (!answered) reads += 1;
      return answered;
    });
    assert.equal((await put).status, 200);
    assert.ok(reads > 1, `${reads} reads were answered meanwhile`);
  });

  it('who is taken out and put in again by one request never was out', async () => {
    const { scim, house, acme } = served;
    const { db } = house.ground;
    const member = await acme.person('steady');
    const group = await created(scim, '/Groups', groupBody('Steady', [member.id]));
    await mapGroup(house.ground, acme.scope, { groupName: 'Steady', tier: 'Pro' });
    await db.write((m) => m.update(UserTable, { id: member.id }, { liveUntil: Date.now() + 1e6 }));
    const epoch = async (): Promise<number> => (await db.read.findOneBy(UserTable, { id: member.id }))!.epoch;
    const add = { op: 'add', path: 'members', value: value([member.id]) };
    for (const remove of [
      { op: 'remove', path: 'members' },
      { op: 'remove', path: `members[value eq "${member.id}"]` },
      { op: 'replace', path: 'members', value: [] },
    ]) {
      assert.equal((await scim.patch(`/Groups/${group}`, remove, add)).status, 204);
      assert.equal(await epoch(), 1, JSON.stringify(remove));
    }
    assert.equal((await scim.patch(`/Groups/${group}`, add, { op: 'remove', path: 'members' })).status, 204);
    assert.equal(await epoch(), 2);
  });
});
