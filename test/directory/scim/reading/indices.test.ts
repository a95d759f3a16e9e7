import assert from 'node:assert/strict';
import { directs, engineOf, rows } from '../../../../src/platform/database/run.ts';
import { sql } from '../../../../src/platform/database/sql.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { created, groupBody, type Resource, type Served, serveScim, userBody } from '../support.ts';

/** Enough that no planner would rather read them all. */
const crowd = 20_000;

interface Statement {
  text: string;
  parameters: unknown[];
}

describeOnEachEngine('SCIM reads', () => {
  let served: Served;
  let paula: string;
  let pro: string;
  before(async function () {
    this.timeout(60_000);
    served = await serveScim();
    paula = await created(served.scim, '/Users', {
      ...userBody('paula', { externalId: '00u1', emails: [{ value: 'paula@acme.example', type: 'work' }] }),
    });
    pro = await created(served.scim, '/Groups', groupBody('Pro', [paula]));
    await fill();
  });
  after(() => served.stop());

  /** People as they would be after many requests, each with an address, in groups of a hundred. */
  async function fill(): Promise<void> {
    const { organisationId, accountId, connectionId } = served.acme.scope;
    const numbers = sql`WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${crowd})`;
    await served.house.ground.db.write(async (m) => {
      await rows(
        m,
        sql`INSERT INTO "users" ("id", "organisationId", "accountId", "connectionId", "userName", "userNameKey",
              "externalId", "primaryAddress", "primaryAddressKey", "primaryDomain", "profile", "searchKey", "searchKeyAt", "licence",
              "version", "epoch", "createdAt", "updatedAt")
            ${numbers} SELECT 'u' || i, ${organisationId}, ${accountId}, ${connectionId}, 'n' || i || '@acme.example',
              'n' || i || '@acme.example', 'x' || i, 'n' || i || '@acme.example', 'n' || i || '@acme.example',
              'acme.example', '{}', '{}', 0, 'Basic', 1, 1, 0, 0 FROM c`,
      );
      await rows(
        m,
        sql`INSERT INTO "user_addresses" ("userId", "position", "accountId", "value", "valueKey", "isPrimary")
            ${numbers} SELECT 'u' || i, 0, ${accountId}, 'n' || i, 'n' || i, TRUE FROM c`,
      );
      await rows(
        m,
        sql`INSERT INTO "directory_groups" ("id", "organisationId", "accountId", "connectionId", "displayName",
              "displayNameKey", "version", "createdAt", "updatedAt")
            ${numbers} SELECT 'g' || i, ${organisationId}, ${accountId}, ${connectionId}, 'G' || i, 'g' || i, 1, 0, 0
            FROM c WHERE i < ${crowd / 10}`,
      );
      await rows(
        m,
        sql`INSERT INTO "group_members" ("groupId", "memberId", "memberType", "accountId", "addedAt")
            ${numbers} SELECT 'g' || (1 + i / 100), 'u' || i, 'User', ${accountId}, 0 FROM c`,
      );
      for (const table of [sql`"users"`, sql`"user_addresses"`, sql`"directory_groups"`, sql`"group_members"`])
        await rows(m, sql`ANALYZE ${table}`);
    });
  }

  /** The statements that a request reads by. */
  async function statementsOf(path: string): Promise<Statement[]> {
    const on = served.house.ground.db.read;
    const direct = directs.get(on)!;
    const seen: Statement[] = [];
    directs.set(on, {
      run: (text, parameters) => {
        seen.push({ text, parameters: [...parameters] });
        return direct.run(text, parameters);
      },
      later: (text, parameters) => direct.later(text, parameters),
    });
    try {
      const reply = await served.scim.get(path);
      assert.equal(reply.status, 200, reply.text);
    } finally {
      directs.set(on, direct);
    }
    // Whoever counts all looks at all.
    return seen.filter(
      ({ text }) =>
        /"(users|user_addresses|group_members)"/.test(text) &&
        !/COUNT\(\*\) FROM "users" u WHERE u."connectionId" = \S+ AND u."deletedAt" IS NULL\)/.test(text),
    );
  }

  /** The steps of a plan that read a whole table, or a whole index. */
  async function scansIn({ text, parameters }: Statement): Promise<string[]> {
    const on = served.house.ground.db.read;
    const isSqlite = engineOf(on) === 'sqlite';
    const explained = await directs.get(on)!.run(`EXPLAIN ${isSqlite ? 'QUERY PLAN ' : ''}${text}`, parameters);
    const steps = explained.map((row) => String(isSqlite ? (row as { detail: string }).detail : Object.values(row)[0]));
    const whole = isSqlite ? /^SCAN (?![ec]\b)/ : /Seq Scan on (users|user_addresses|group_members)/;
    return steps.filter((step) => whole.test(step));
  }

  const filter = (path: string, text: string): string => `${path}?filter=${encodeURIComponent(text)}`;
  for (const [what, pathOf] of [
    ['one person', () => `/Users/${paula}`],
    ['a person by userName', () => filter('/Users', 'userName eq "Paula@acme.example"')],
    [
      'a person by userName, in pages',
      () => `${filter('/Users', 'userName eq "paula@acme.example"')}&startIndex=1&count=100`,
    ],
    ['a person by externalId', () => filter('/Users', 'externalId eq "00u1"')],
    ['a person by address', () => filter('/Users', 'emails.value eq "PAULA@acme.example"')],
    [
      'a person by an address of a type',
      () => filter('/Users', 'emails[type eq "work"].value eq "paula@acme.example"'),
    ],
    [
      'a person by several',
      () => filter('/Users', 'emails eq "paula@acme.example" and active eq true and userName sw "p"'),
    ],
    ['a person and their manager', () => filter('/Users', `id eq "${paula}" and manager eq "x"`)],
    ['the people of a group', () => filter('/Users', `groups.value eq "${pro}"`)],
    ['a group with its members', () => `/Groups/${pro}`],
    ['a group by name', () => filter('/Groups', 'displayName eq "PRO"')],
    ['the groups of a member', () => filter('/Groups', `members.value eq "${paula}"`)],
    ['whether somebody is a member', () => filter('/Groups', `id eq "${pro}" and members eq "${paula}"`)],
    ['a page of people', () => '/Users?count=2'],
    ['a page of people by a cursor', () => '/Users?count=2&cursor='],
  ] as const)
    it(`of ${what} read no table whole`, async () => {
      const statements = await statementsOf(pathOf());
      assert.ok(statements.length > 0);
      for (const each of statements) assert.deepEqual(await scansIn(each), [], each.text);
    });

  for (const [what, pathOf] of [
    ['one person', () => `/Users/${paula}`],
    ['a person by userName', () => filter('/Users', 'userName eq "Paula@acme.example"')],
    ['a person by address', () => filter('/Users', 'emails.value eq "PAULA@acme.example"')],
    ['the people of a group', () => `${filter('/Users', `groups.value eq "${pro}"`)}&count=10`],
  ] as const)
    it(`of ${what} are one statement`, async () => {
      const statements = await statementsOf(pathOf());
      const ofPeople = statements.filter(({ text }) => /FROM "(users|user_causes)"|"isOut"/.test(text));
      assert.equal(ofPeople.length, 1, statements.map(({ text }) => text).join('\n'));
    });

  it('see what does', async () => {
    const [found] = await statementsOf(filter('/Users', 'userName co "zz"'));
    const unkeyed = (text: string): string => text.replaceAll('"connectionId"', '"connectionId" || \'\'');
    const plain = unkeyed(found!.text)
      .replaceAll('"accountId"', '"accountId" || \'\'')
      .replaceAll('u."id" >', 'u."id" || \'\' >');
    assert.ok((await scansIn({ ...found!, text: plain })).length > 0, plain);
  });

  describe('of whom no index leads to', () => {
    /** The crowd, in the order of their ids, with Paula before them. */
    const everybody = (): { id: string; name: string; externalId: string }[] => [
      { id: paula, name: 'paula', externalId: '00u1' },
      ...Array.from({ length: crowd }, (_, i) => ({
        id: `u${i + 1}`,
        name: `n${i + 1}`,
        externalId: `x${i + 1}`,
      })).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    ];
    const fitting = () => everybody().filter(({ name }) => name.includes('9'));
    const asked = (rest: string) =>
      `${filter('/Users', 'userName co "9" and externalId co "9"')}&attributes=userName${rest}`;
    const names = (body: Resource): string[] => body.Resources.map((each) => String(each['userName']).split('@')[0]!);

    it('find the same on every page, by number', async () => {
      const all = fitting().map(({ name }) => name);
      for (const [startIndex, count] of [
        [1, 10],
        [1, 0],
        [191, 100],
        [all.length - 4, 10],
        [all.length + 1, 10],
      ] as const) {
        const { body } = await served.scim.get(asked(`&startIndex=${startIndex}&count=${count}`));
        assert.deepEqual(names(body), all.slice(startIndex - 1, startIndex - 1 + count));
        assert.equal(body['totalResults'], all.length);
      }
    });

    for (const [sortBy, isDescending] of [
      ['', false],
      ['externalId', false],
      ['externalId', true],
      ['displayName', true],
    ] as const)
      it(`and by a cursor, ${sortBy ? `sorted by ${sortBy}` : 'as they came'}${isDescending ? ', descending' : ''}`, async () => {
        const all = fitting();
        const sign = isDescending ? -1 : 1;
        if (sortBy === 'externalId') all.sort((a, b) => sign * (a.externalId < b.externalId ? -1 : 1));
        const rest = sortBy ? `&sortBy=${sortBy}&sortOrder=${isDescending ? 'descending' : 'ascending'}` : '';
        let cursor = '';
        for (let page = 0; page < 3; page++) {
          const { body, text } = await served.scim.get(asked(`&count=150&cursor=${cursor}${rest}`));
          assert.deepEqual(
            names(body),
            all.slice(page * 150, page * 150 + 150).map(({ name }) => name),
            text.slice(0, 200),
          );
          assert.equal(body['totalResults'], all.length);
          cursor = String(body['nextCursor']);
        }
      });

    it('let others have their turn meanwhile, where the database is in the same process', async function () {
      if (served.house.ground.db.engine !== 'sqlite') this.skip();
      let turns = 0;
      let isOver = false;
      const count = (): void => {
        turns++;
        if (!isOver) setImmediate(count);
      };
      setImmediate(count);
      const statements = await statementsOf(asked('&count=1&sortBy=displayName'));
      isOver = true;
      assert.ok(turns >= crowd / 500, String(turns));
      for (const each of statements.slice(0, 6)) assert.deepEqual(await scansIn(each), [], each.text);
    });
  });
});
