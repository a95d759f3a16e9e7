import assert from 'node:assert/strict';
import {
  assertRefused,
  created,
  groupBody,
  membersOf,
  type Resource,
  type Served,
  serveScim,
  userBody,
} from './support.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { describeOnEachEngine } from '../../support/engines.ts';

const filter = (path: string, text: string): string => `${path}?filter=${encodeURIComponent(text)}`;
const many = (length: number, one: string): string => Array.from({ length }, () => one).join(' or ');

describeOnEachEngine('SCIM: what one request can ask', () => {
  let served: Served;
  before(async () => {
    served = await serveScim();
  });
  after(() => served.stop());

  /** Rows as they would be after many requests. */
  async function fill(groupId: string, members: number, memberType: 'User' | 'Group'): Promise<void> {
    await served.house.ground.db.write((m) =>
      rows(
        m,
        sql`INSERT INTO "group_members" ("groupId", "memberId", "memberType", "accountId", "addedAt")
            WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < ${members})
            SELECT ${groupId}, 'm' || i, ${memberType}, ${served.acme.scope.accountId}, 0 FROM c WHERE i > 0`,
      ),
    );
  }

  it('is a filter of few comparisons, and fewer that look at every row', async () => {
    const { scim } = served;
    assert.equal((await scim.get(filter('/Users', many(20, 'userName eq "a"')))).status, 200);
    assertRefused(await scim.get(filter('/Users', many(21, 'userName eq "a"'))), 400, 'tooMany', '20 comparisons');
    assertRefused(await scim.get(filter('/Users', many(7, 'emails.value co "a"'))), 400, 'tooMany', 'more than 6');
    assertRefused(await scim.get(filter('/Groups', many(7, 'members.value co "a"'))), 400, 'tooMany', 'more than 6');
    for (const one of ['roles.primary eq true', 'emails[primary eq true]', 'entitlements.primary pr'])
      assertRefused(await scim.get(filter('/Users', many(20, one))), 400, 'tooMany', 'more than 6');
    assert.equal((await scim.get(filter('/Users', many(6, 'roles.primary eq true')))).status, 200);
    const groups = await scim.get(filter('/Groups', many(7, 'displayName eq "a"')));
    assert.equal(groups.status, 200);
  });

  it('is an answer with 100 names of attributes', async () => {
    const { scim } = served;
    const names = (length: number): string => Array.from({ length }, (_, i) => `addresses.x${i}`).join(',');
    for (const query of ['attributes', 'excludedAttributes']) {
      assert.equal((await scim.get(`/Users?${query}=${names(100)}`)).status, 200);
      assertRefused(await scim.get(`/Users?${query}=${names(101)}`), 400, 'invalidValue', '100 names');
      const asked = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] };
      const search = (list: unknown) => scim.post('/Users/.search', { ...asked, [query]: list });
      assert.equal((await search(names(100))).status, 200);
      assertRefused(await search(names(101).split(',')), 400, 'invalidValue', '100 names');
      assertRefused(await search([`name.${'x'.repeat(20_000)}`]), 400, 'invalidValue', '16384 characters');
    }
  });

  it('is a PATCH of 100 operations on a user', async () => {
    const { scim } = served;
    const id = await created(scim, '/Users', userBody('olga'));
    const operations = Array.from({ length: 101 }, (_, i) => ({ op: 'replace', path: 'title', value: `T${i}` }));
    const done = await scim.patch(`/Users/${id}`, ...operations.slice(1));
    assert.equal(done.body['title'], 'T100');
    assertRefused(await scim.patch(`/Users/${id}`, ...operations), 413, undefined, '100 operations');
  });

  it('is a body with 4,096 different names', async () => {
    const { scim } = served;
    const extra = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, 1]));
    const id = await created(scim, '/Groups', groupBody('Many names'));
    assertRefused(await scim.post('/Users', userBody('many', extra)), 413, undefined, '4096 different names');
    const patched = await scim.patch(`/Groups/${id}`, { op: 'add', value: extra });
    assertRefused(patched, 413, undefined, '4096 different names');
    assert.equal((await scim.send({ method: 'DELETE', path: `/Groups/${id}` })).status, 204);
  });

  it('is a profile of 64 kB', async () => {
    const { scim } = served;
    const text = 'x'.repeat(1024);
    const addresses = Array.from({ length: 40 }, (_, i) => ({ type: `t${i}`, formatted: text, region: text }));
    assertRefused(await scim.post('/Users', userBody('fat', { addresses })), 400, 'invalidValue', '65536 bytes');
    const id = await created(scim, '/Users', userBody('fat', { addresses: addresses.slice(0, 20) }));
    const put = await scim.put(`/Users/${id}`, userBody('fat', { addresses }));
    assertRefused(put, 400, 'invalidValue', '65536 bytes');
    const patched = await scim.patch(`/Users/${id}`, { op: 'add', path: 'addresses', value: addresses });
    assertRefused(patched, 400, 'invalidValue', '65536 bytes');
  });

  it('tells the whole number of results, on every page', async () => {
    const { scim } = served;
    for (const name of ['page1', 'page2', 'page3']) await created(scim, '/Users', userBody(name));
    const of = filter('/Users', 'userName sw "page"');
    for (const [query, here] of [
      ['', 3],
      ['&count=0', 0],
      ['&count=2', 2],
      ['&count=3', 3],
      ['&startIndex=2', 2],
      ['&startIndex=2&count=1', 1],
      ['&startIndex=3&count=2', 1],
      ['&startIndex=4', 0],
      ['&startIndex=9', 0],
    ] as const) {
      const { body } = await scim.get(of + query);
      assert.deepEqual([body['itemsPerPage'], body['totalResults']], [here, 3], query);
    }
    assert.equal((await scim.get(filter('/Users', 'userName eq "nobody"'))).body['totalResults'], 0);
  });

  it('is a page of groups with 20,000 members in all, whole groups, and one at least', async () => {
    const { scim } = served;
    const sizes = [12_000, 8_000, 1, 20_001, 0, 5];
    for (const [i, size] of sizes.entries())
      await fill(await created(scim, '/Groups', groupBody(`G${i}`)), size, 'User');
    const page = async (query: string): Promise<Resource> => (await scim.get(`/Groups?${query}`)).body;
    const shown = (body: Resource): number[] => body.Resources.map(({ members }) => (members as unknown[]).length);
    let startIndex = 1;
    const pages: number[][] = [];
    while (startIndex <= sizes.length) {
      const body = await page(`startIndex=${startIndex}`);
      assert.equal(body['totalResults'], sizes.length);
      assert.equal(body['itemsPerPage'], body.Resources.length);
      pages.push(shown(body));
      startIndex += body.Resources.length;
    }
    assert.deepEqual(pages, [[12_000, 8_000], [1], [20_001], [0, 5]]);
    assert.equal((await page('excludedAttributes=members')).Resources.length, sizes.length);
    assert.deepEqual(shown(await page('count=1')), [12_000]);
  });

  it('is a group of thousands, read and asked for in slices, each member once', async () => {
    const { scim, house } = served;
    const group = await created(scim, '/Groups', groupBody('Thousands'));
    const ids = [await created(scim, '/Users', userBody('thea')), await created(scim, '/Users', userBody('theo'))];
    await scim.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: ids.map((value) => ({ value })) });
    await fill(group, 2_998, 'User');
    const members = await membersOf(scim, group);
    assert.deepEqual(members, members.toSorted());
    assert.equal(new Set(members).size, 3_000);
    const asked = (rest = ''): string => filter('/Users', `groups.value eq "${group}"${rest}`);
    const found = async (path: string) => (await scim.get(path)).body.Resources.map(({ id }) => id);
    assert.deepEqual(await found(asked()), ids.toSorted());
    assert.deepEqual(await found(`${asked()}&sortBy=userName&count=1`), [ids[0]]);
    assert.deepEqual(await found(asked(' and userName eq "theo@acme.example"')), [ids[1]]);
    await house.ground.db.write((m) => rows(m, sql`DELETE FROM "group_members" WHERE "groupId" = ${group}`));
  });

  it('is some lists at once that no index keeps short, and others wait for their turn', async () => {
    const { scim } = served;
    const heavy = filter('/Users', 'name.familyName co "x" or roles.primary eq true');
    const replies = await Promise.all(Array.from({ length: 12 }, () => scim.get(heavy)));
    assert.deepEqual([...new Set(replies.map(({ status }) => status))], [200]);
  });

  it('nests no more than 5,000 groups in groups', async () => {
    const { scim } = served;
    const [outer, inner, other] = [
      await created(scim, '/Groups', groupBody('Outer')),
      await created(scim, '/Groups', groupBody('Inner')),
      await created(scim, '/Groups', groupBody('Other')),
    ];
    const olaf = await created(scim, '/Users', userBody('olaf'));
    await fill(other, 4_999, 'Group');
    const add = (value: string) => ({ op: 'add', path: 'members', value: [{ value }] });
    assert.equal((await scim.patch(`/Groups/${outer}`, add(inner))).status, 204);
    const refused = await scim.patch(`/Groups/${inner}`, add(outer));
    assertRefused(refused, 400, 'invalidValue', 'at most 5000 groups');
    assert.deepEqual(await membersOf(scim, inner), []);
    assert.equal((await scim.patch(`/Groups/${outer}`, add(inner))).status, 204, 'who is in already');
    assert.equal((await scim.patch(`/Groups/${inner}`, add(olaf))).status, 204, 'people are not counted');
  });

  it('leaves a small record', async () => {
    const { scim, house } = served;
    const id = await created(scim, '/Groups', groupBody('Named'));
    const turns = Array.from({ length: 30 }, (_, i) => ({ op: 'replace', path: 'displayName', value: `Name ${i}` }));
    assert.equal((await scim.patch(`/Groups/${id}`, ...turns)).status, 204);
    const [row] = await house.ground.db.read.query<{ requestParameters: string }[]>(
      `SELECT "requestParameters" FROM "trail_records" WHERE "requestParameters" LIKE '%Name 19%'`,
    );
    const { changes } = JSON.parse(row!.requestParameters) as { changes: string[] };
    assert.equal(changes.length, 21);
    assert.deepEqual(changes.slice(-2), ['rename to Name 19', 'and 10 more']);
  });
});
