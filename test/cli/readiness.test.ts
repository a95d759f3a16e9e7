import assert from 'node:assert/strict';
import { mapGroup } from '../../src/directory/groups/mappings.ts';
import { createScimKey } from '../../src/directory/scim/keys/keys.ts';
import { readinessCounts, readinessKinds, readinessList } from '../../src/directory/readiness/readiness.ts';
import { rows } from '../../src/platform/database/run.ts';
import { sql } from '../../src/platform/database/sql.ts';
import { addMembers } from '../../src/directory/groups/members.ts';
import { sayNo } from '../../src/users/lifecycle/causes.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { makeTwins } from '../../bench/people.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { type Stage, startStage } from './support.ts';

describeOnEachEngine('why, and who is ready', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await startStage();
  });
  afterEach(() => stage.stop());

  it('tells every way to a tier, and that groups in each other have more than anybody reads', async () => {
    const { company, json, run, house } = stage;
    const { ground } = house;
    const ada = await company.person('ada');
    const inner = await company.group('Inner', [ada]);
    const left = await company.group('Left', [inner]);
    const right = await company.group('Right', [inner]);
    await company.group('Top', [left, right, ada]);
    for (const [groupName, tier] of [
      ['Top', 'Pro'],
      ['Left', 'Basic'],
    ] as const)
      await mapGroup(ground, company.scope, { groupName, tier });
    const why = await json('user why ada@acme.example');
    assert.deepEqual(why.groups, [
      { groups: ['Top'], tier: 'Pro' },
      { groups: ['Inner', 'Left', 'Top'], tier: 'Pro' },
      { groups: ['Inner', 'Right', 'Top'], tier: 'Pro' },
      { groups: ['Inner', 'Left'], tier: 'Basic' },
      { groups: ['Inner'], tier: null },
      { groups: ['Inner', 'Right'], tier: null },
    ]);
    assert.deepEqual([why.moreGroups, why.obstacles], [false, []]);
    assert.match((await run('user why ada@acme.example')).stdout, /Inner → Right → Top → Pro\n.*Inner → Left → Basic/);

    const all = await Promise.all(Array.from({ length: 12 }, (_, i) => company.group(`Web ${i}`)));
    for (const each of all)
      await ground.db.write((m) => addMembers(ground, m, company.scope, each.id, [...all.map(({ id }) => id), ada.id]));
    await mapGroup(ground, company.scope, { groupName: 'Web 3', tier: 'Pro' });
    const many = await json('user why ada@acme.example');
    assert.equal(many.moreGroups, true);
    assert.ok(many.groups.length === 20 && many.groups.every(({ groups }: { groups: string[] }) => groups.length < 5));
  });

  it('tells who said no, since when, by whom, and who can lift it', async () => {
    const { company, json, run, house } = stage;
    const { ground } = house;
    const eve = await company.member('eve', 'Pro');
    const { key } = await createScimKey(ground, company.scope, { name: 'Okta' });
    await ground.db.write((m) => sayNo(ground, m, eve, 'directory', key.id));
    await run('user suspend eve@acme.example --yes');
    await ground.db.write((m) => rows(m, sql`UPDATE "domains" SET "state" = 'pending'`));
    const { maySignIn, obstacles, missing } = await json('user why eve@acme.example');
    assert.equal(maySignIn, false);
    type Told = { kind: string; since: string | null; by: string | null; mend: string; command: string | null };
    const [directory, administrator, domain] = obstacles as Told[];
    assert.deepEqual([directory!.kind, directory!.by], ['directory', 'The directory, with the key Okta']);
    assert.match(directory!.since!, /^\d{4}-.*Z$/);
    assert.match(directory!.mend, /^Only the directory/);
    assert.equal(administrator!.kind, 'administrator');
    assert.ok(administrator!.by && administrator!.since);
    assert.equal(administrator!.command, 'carillon user activate eve@acme.example');
    assert.deepEqual([domain!.kind, domain!.command], ['domain', 'carillon domain verify acme.example']);
    assert.match(
      missing[0],
      /deactivated them\. Since \d{4}-.*, by The directory, with the key Okta\. Only the directory/,
    );
  });

  it('counts and lists whom the application and the groups with a tier do not share', async () => {
    const { company, json, run, house } = stage;
    const { ground } = house;
    const { accountId, organisationId } = company.scope;
    await company.person('loose');
    await company.group('Untiered', [await company.person('untiered')]);
    const [ready, fresh, off, held, foreign] = [
      await company.member('ready', 'Pro'),
      await company.member('fresh', 'Pro'),
      await company.member('off', 'Basic'),
      await company.member('held', 'Pro'),
      await company.member('foreign', 'Pro'),
    ];
    const left = await company.person('left');
    const deep = await company.person('deep');
    await company.group('Outer', [await company.group('Inner', [deep])]);
    await mapGroup(ground, company.scope, { groupName: 'Outer', tier: 'Basic' });
    const outside = await company.person('outside');
    await ground.db.write(async (m) => {
      await m.update(UserTable, { id: ready.id }, { joinedAt: 1 });
      await m.update(UserTable, { id: outside.id }, { connectionId: null });
      await m.update(UserTable, { id: foreign.id }, { primaryDomain: 'elsewhere.example' });
      await sayNo(ground, m, off, 'directory', 'key');
      await sayNo(ground, m, left, 'directory', 'key');
      await sayNo(ground, m, held, 'administrator', 'ada');
      await rows(
        m,
        sql`INSERT INTO "group_members" ("groupId", "memberId", "memberType", "accountId", "addedAt")
            SELECT "groupId", 'nobody', 'User', "accountId", 0 FROM "group_members" WHERE "memberId" = ${fresh.id}`,
      );
    });
    assert.deepEqual(await json('connection readiness'), {
      accountId,
      connectionId: company.scope.connectionId,
      pushed: 9,
      ready: 1,
      noGroup: 2,
      deactivated: 2,
      suspended: 1,
      domain: 1,
      neverSignedIn: 2,
      notPushed: 1,
      unknownMember: 1,
    });
    const listed: Record<string, string[]> = {};
    for (const kind of readinessKinds)
      listed[kind] = (await json(`connection readiness --list ${kind}`)).people.map(
        ({ name }: { name: string }) => name,
      );
    assert.deepEqual(listed, {
      noGroup: ['loose', 'untiered'],
      deactivated: ['off', 'left'],
      suspended: ['held'],
      domain: ['foreign'],
      neverSignedIn: ['fresh', 'deep'],
      notPushed: ['outside'],
      unknownMember: ['Carillon Pro of fresh'],
    });
    const page = await json('connection readiness --list noGroup --limit 1');
    assert.equal(page.more, true);
    const next = await json(`connection readiness --list noGroup --limit 1 --after ${page.people[0].id}`);
    assert.deepEqual([next.people[0].name, next.more], ['untiered', false]);
    assert.equal((await run('connection readiness --list nonsense')).status, 2);
    assert.match((await run('connection readiness')).stdout, /Never signed in \(neverSignedIn\) +2/);
    const other = { organisationId, accountId: 'other', connectionId: company.scope.connectionId };
    const counts = await readinessCounts(ground.db.read, other);
    assert.equal(
      Object.values(counts).reduce((sum, n) => sum + n),
      0,
      'nothing of another account is told',
    );
  });

  it('counts and lists thousands of people in slices', async () => {
    const { company, house } = stage;
    const { ground } = house;
    const model = await company.person('model');
    await ground.db.write((m) => makeTwins(m, model, 4_100));
    const on = ground.db.read;
    const counts = await readinessCounts(on, company.scope);
    assert.deepEqual([counts.pushed, counts.noGroup, counts.ready], [4_101, 4_101, 0]);
    const seen = new Set<string>();
    for (let after: string | undefined = '', more = true; more;) {
      const list = await readinessList(on, company.scope, { kind: 'noGroup', after, limit: 1_500 });
      for (const { id } of list.lines) seen.add(id);
      after = list.lines.at(-1)?.id;
      more = list.more;
    }
    assert.equal(seen.size, 4_101);
  });
});
