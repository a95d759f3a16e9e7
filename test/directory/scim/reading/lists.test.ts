import assert from 'node:assert/strict';
import { createScimKey } from '../../../../src/directory/scim/keys/keys.ts';
import { urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { fold } from '../../../../src/platform/text/fold.ts';
import { testCompany } from '../../../support/company.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import {
  assertRefused,
  created,
  groupBody,
  type Reply,
  type Resource,
  type Served,
  serveScim,
  userBody,
} from '../support.ts';
import { populate, type Population } from './people.ts';

const nameOf = (each: Resource): string => String(each['userName'] ?? each['displayName']).split('@')[0]!;
const namesIn = ({ body }: Reply): string[] => body.Resources.map(nameOf);

describeOnEachEngine('SCIM lists', () => {
  let served: Served;
  let known: Population;
  before(async () => {
    served = await serveScim({ scimRate: 1_000_000 });
    known = await populate(served.scim);
  });
  after(() => served.stop());
  afterEach(() => clock.reset());

  const get = (path: string, query: Record<string, string | number>): Promise<Reply> =>
    served.scim.get(
      `${path}?${Object.entries(query)
        .map((pair) => pair.map(encodeURIComponent).join('='))
        .join('&')}`,
    );

  describe('are sorted', () => {
    for (const [sortBy, ascending] of [
      ['userName', ['ann', 'bob', 'cy', 'dee', '𝔈ve']],
      ['USERNAME', ['ann', 'bob', 'cy', 'dee', '𝔈ve']],
      [`${urn.user}:userName`, ['ann', 'bob', 'cy', 'dee', '𝔈ve']],
      ['id', ['bob', 'ann', 'cy', 'dee', '𝔈ve']],
      ['meta.created', ['bob', 'ann', 'cy', 'dee', '𝔈ve']],
      // 'a "quoted"' < 'ann' < 'bob' < '𝔈ve' by folded bytes; without one: last
      ['displayName', ['dee', 'ann', 'bob', '𝔈ve', 'cy']],
      // case exact
      ['externalId', ['ann', 'bob', 'dee', 'cy', '𝔈ve']],
      // not case exact: both are employees, so they stay as they came
      ['userType', ['ann', 'cy', 'bob', 'dee', '𝔈ve']],
      ['active', ['bob', 'ann', 'cy', 'dee', '𝔈ve']],
      ['name.familyName', ['ann', '𝔈ve', 'bob', 'cy', 'dee']],
      // of several the primary one, else the first
      ['emails', ['ann', 'bob', 'dee', 'cy', '𝔈ve']],
      ['emails.value', ['ann', 'bob', 'dee', 'cy', '𝔈ve']],
      ['emails.type', ['dee', 'ann', 'bob', 'cy', '𝔈ve']],
      ['addresses.locality', ['bob', 'dee', 'ann', 'cy', '𝔈ve']],
      ['photos', ['ann', 'dee', 'bob', 'cy', '𝔈ve']],
      ['roles', ['ann', '𝔈ve', 'bob', 'cy', 'dee']],
      [`${urn.enterprise}:department`, ['ann', 'dee', 'bob', 'cy', '𝔈ve']],
      ['manager.displayName', ['ann', 'bob', 'cy', 'dee', '𝔈ve']],
      ['groups.display', ['cy', 'ann', '𝔈ve', 'bob', 'dee']],
    ] as const)
      it(`by ${sortBy}, those without it last, or first when descending`, async () => {
        const up = await get('/Users', { sortBy });
        assert.deepEqual(namesIn(up), ascending);
        const down = await get('/Users', { sortBy, sortOrder: 'descending' });
        assert.deepEqual(new Set(namesIn(down)), new Set(ascending));
        // The order of those who are the same stays that in which they came.
        const key = await keysOf(sortBy);
        const order = namesIn(down).map((name) => key.get(name) ?? null);
        assert.deepEqual(
          order,
          namesIn(up)
            .map((name) => key.get(name) ?? null)
            .toReversed(),
        );
      });

    /** What each is sorted by, as far as two of them are the same. */
    async function keysOf(sortBy: string): Promise<Map<string, string>> {
      const keys = new Map<string, string>();
      for (const [name, user] of known.users) {
        const path = sortBy.replace(/^urn:.*:/, '').split('.');
        const extension = user[urn.enterprise] as Record<string, unknown> | undefined;
        let value: unknown = { ...extension, ...user };
        for (const step of path) {
          if (Array.isArray(value)) value = value.find(({ primary }) => primary === true) ?? value[0];
          const found = Object.entries(Object(value)).find(([key]) => fold(key) === fold(step));
          value = found?.[1];
        }
        if (Array.isArray(value)) value = (value.find(({ primary }) => primary === true) ?? value[0])?.value;
        const text = typeof value === 'boolean' ? String(value) : value;
        if (typeof text === 'string') keys.set(name, sortBy === 'externalId' ? text : fold(text));
      }
      return keys;
    }

    it('of groups', async () => {
      assert.deepEqual(namesIn(await get('/Groups', { sortBy: 'displayName' })), ['All', 'basic', 'Empty', 'Pro Ä']);
      assert.deepEqual(namesIn(await get('/Groups', { sortBy: 'externalId' }))[0], 'Pro Ä');
      const byMember = namesIn(await get('/Groups', { sortBy: 'members' }));
      assert.equal(byMember.at(-1), 'Empty');
    });

    it('with a filter and in pages', async () => {
      const query = { filter: 'active eq true', sortBy: 'displayName', count: 2 };
      assert.deepEqual(namesIn(await get('/Users', query)), ['dee', 'ann']);
      const next = await get('/Users', { ...query, startIndex: 3 });
      assert.deepEqual(namesIn(next), ['𝔈ve', 'cy']);
      assert.equal(next.body['totalResults'], 4);
    });

    it('by nothing else', async () => {
      for (const sortBy of [
        'shoeSize',
        'name',
        'addresses',
        'meta',
        'meta.version',
        'password',
        'members',
        'x.y.z',
        '__proto__',
      ])
        assertRefused(await get('/Users', { sortBy }), 400, 'invalidValue', 'sortBy');
      assertRefused(await get('/Users', { sortBy: 'id', sortOrder: 'up' }), 400, 'invalidValue', 'sortOrder');
    });
  });

  describe('go on by a cursor', () => {
    /** All pages, one after another. */
    async function walk(
      path: string,
      query: Record<string, string | number>,
    ): Promise<{ pages: string[][]; total: unknown }> {
      const pages: string[][] = [];
      for (let cursor = ''; ;) {
        const { status, body, text } = await get(path, { ...query, cursor });
        assert.equal(status, 200, text);
        assert.equal(body['itemsPerPage'], body.Resources.length);
        assert.equal('startIndex' in body, false);
        pages.push(body.Resources.map(nameOf));
        const next = body['nextCursor'];
        if (next === undefined) return { pages, total: body['totalResults'] };
        assert.ok(typeof next === 'string');
        assert.match(next, /^[\w.~-]{1,2000}$/);
        cursor = next;
      }
    }

    it('through everybody, each once', async () => {
      assert.deepEqual(await walk('/Users', { count: 2 }), {
        pages: [['bob', 'ann'], ['cy', 'dee'], ['𝔈ve']],
        total: 5,
      });
      assert.deepEqual(await walk('/Users', {}), { pages: [['bob', 'ann', 'cy', 'dee', '𝔈ve']], total: 5 });
      assert.deepEqual(await walk('/Users', { count: 5 }), { pages: [['bob', 'ann', 'cy', 'dee', '𝔈ve']], total: 5 });
      assert.deepEqual((await walk('/Groups', { count: 3 })).pages, [['Pro Ä', 'basic', 'All'], ['Empty']]);
      assert.deepEqual(await walk('/Users', { filter: 'title eq "none"' }), { pages: [[]], total: 0 });
    });

    for (const sortBy of ['userName', 'displayName', 'userType', 'emails', 'active', 'meta.created', 'groups.display'])
      for (const sortOrder of ['ascending', 'descending'])
        for (const count of [1, 2])
          it(`sorted by ${sortBy}, ${sortOrder}, ${count} at a time`, async () => {
            const whole = namesIn(await get('/Users', { sortBy, sortOrder }));
            const { pages } = await walk('/Users', { sortBy, sortOrder, count });
            assert.deepEqual(pages.flat(), whole);
            const all = await get('/', { sortBy, sortOrder });
            assert.deepEqual((await walk('/', { sortBy, sortOrder, count: 4 })).pages.flat(), namesIn(all));
          });

    it('and lose nobody who was there all the while, whoever comes and goes', async () => {
      const gone = await created(served.scim, '/Users', userBody('bea'));
      const first = await get('/Users', { sortBy: 'userName', count: 2, cursor: '' });
      assert.deepEqual(namesIn(first), ['ann', 'bea']);
      await served.scim.delete(`/Users/${gone}`);
      const early = await created(served.scim, '/Users', userBody('aaron'));
      const late = await created(served.scim, '/Users', userBody('carl'));
      const rest = await get('/Users', { sortBy: 'userName', count: 9, cursor: String(first.body['nextCursor']) });
      assert.deepEqual(namesIn(rest), ['bob', 'carl', 'cy', 'dee', '𝔈ve']);
      assert.equal(rest.body['nextCursor'], undefined);
      for (const id of [early, late]) await served.scim.delete(`/Users/${id}`);
    });

    it('that is for this question of this directory alone', async () => {
      const query = { filter: 'userName pr', sortBy: 'userName', count: 2 };
      const { body } = await get('/Users', { ...query, cursor: '' });
      const cursor = String(body['nextCursor']);
      assert.equal((await get('/Users', { ...query, cursor, count: 1, attributes: 'userName' })).status, 200);
      for (const other of [
        { ...query, filter: 'userName sw "a"' },
        { count: 2 },
        { ...query, sortBy: 'id' },
        { ...query, sortOrder: 'descending' },
      ])
        assertRefused(await get('/Users', { ...other, cursor }), 400, 'invalidCursor');
      assertRefused(await get('/Groups', { filter: 'displayName pr', cursor }), 400, 'invalidCursor');
      assertRefused(await get('/Users', { ...query, cursor: `${cursor.slice(0, -2)}AA` }), 400, 'invalidCursor');
      assertRefused(await get('/Users', { ...query, cursor: 'x' }), 400, 'invalidCursor');
      const { house } = served;
      const other = await testCompany(house, 'other.example');
      const { token } = await createScimKey(house.ground, other.scope, { name: 'other' });
      const path = `/Users?${String(new URLSearchParams({ ...query, count: '2', cursor }))}`;
      assertRefused(await served.as(token).get(path), 400, 'invalidCursor');
      const same = await createScimKey(house.ground, served.acme.scope, { name: 'rotated' });
      assert.equal((await served.as(same.token).get(path)).status, 200, 'a rotated key goes on');
      clock.advance(3_599_000);
      assert.equal((await get('/Users', { ...query, cursor })).status, 200);
      clock.advance(2_000);
      assertRefused(await get('/Users', { ...query, cursor }), 400, 'expiredCursor', '3600 s');
    });

    it('holds no name in the clear', async () => {
      const { body } = await get('/Users', { sortBy: 'userName', count: 1, cursor: '' });
      const parts = String(body['nextCursor']).split('.');
      for (const part of parts) assert.doesNotMatch(Buffer.from(part, 'base64url').toString('latin1'), /ann|acme/);
    });

    it('with a count from 1, and not together with a startIndex', async () => {
      for (const count of ['0', '-1', 'x', '1.5'])
        assertRefused(await get('/Users', { count, cursor: '' }), 400, 'invalidCount', 'from 1 to 200');
      assert.equal((await get('/Users', { count: 9999, cursor: '' })).status, 200);
      assertRefused(await get('/Users', { startIndex: 1, cursor: '' }), 400, 'invalidSyntax', 'startIndex');
    });
  });

  describe('are asked by POST to .search', () => {
    const search = (path: string, body: object): Promise<Reply> =>
      served.scim.post(`${path}/.search`, { schemas: [urn.searchRequest], ...body });

    it('as by GET', async () => {
      const query = { filter: 'active eq true', sortBy: 'userName', sortOrder: 'descending', startIndex: 2, count: 2 };
      const found = await search('/Users', { ...query, attributes: ['userName', `${urn.user}:title`] });
      assert.equal(found.status, 200);
      assert.deepEqual(namesIn(found), ['dee', 'cy']);
      assert.deepEqual(
        found.body.Resources[1],
        (await get('/Users', { ...query, attributes: 'userName,title' })).body.Resources[1],
      );
      assert.deepEqual(Object.keys(found.body.Resources[1]!).toSorted(), ['id', 'schemas', 'title', 'userName']);
      assert.deepEqual([found.body['totalResults'], found.body['startIndex'], found.body['itemsPerPage']], [4, 2, 2]);
      const groups = await search('/Groups', { FILTER: 'displayName eq "basic"', excludedAttributes: ['members'] });
      assert.deepEqual(Object.keys(groups.body.Resources[0]!), ['schemas', 'id', 'displayName', 'meta']);
      const first = await search('/Users', { cursor: '', count: 3 });
      const next = await search('/Users', { cursor: first.body['nextCursor'], count: 3 });
      assert.deepEqual([...namesIn(first), ...namesIn(next)], ['bob', 'ann', 'cy', 'dee', '𝔈ve']);
    });

    it('and refused for what is no search', async () => {
      assertRefused(await search('/Users', { filter: 7 }), 400, 'invalidValue', 'filter');
      assertRefused(await search('/Users', { count: 1.5 }), 400, 'invalidValue', 'count');
      assertRefused(await search('/Users', { attributes: [7] }), 400, 'invalidValue', 'attributes');
      assertRefused(await search('/Users', { filter: 'x y z' }), 400, 'invalidFilter');
      assertRefused(await served.scim.post('/Users/.search', { schemas: [urn.user] }), 400, 'invalidSyntax');
      assertRefused(await served.scim.post('/Users/.search', []), 400, 'invalidSyntax');
      const got = await served.scim.get('/Users/.search');
      assertRefused(got, 405);
      assert.equal(got.headers['allow'], 'POST');
      assertRefused(await served.scim.post('/Schemas/.search', {}), 405);
      assertRefused(await served.scim.post('/Users/x/.search', {}), 404);
    });
  });

  describe('of people and groups at once', () => {
    it('are asked at the root, both ways', async () => {
      const everything = ['bob', 'ann', 'cy', 'dee', '𝔈ve', 'Pro Ä', 'basic', 'All', 'Empty'];
      for (const path of ['', '/']) assert.deepEqual(namesIn(await get(path, {})), everything);
      const filter = 'displayName sw "a" or meta.resourceType eq "Group" and members pr';
      const found = ['ann', 'dee', 'Pro Ä', 'basic', 'All'];
      assert.deepEqual(namesIn(await get('/', { filter })), found);
      const posted = await served.scim.post('/.search', { filter, sortBy: 'displayName', count: 4 });
      assert.deepEqual(namesIn(posted), ['dee', 'All', 'ann', 'basic']);
      assert.equal(posted.body['totalResults'], 5);
    });

    it('know nothing of what only the other type has', async () => {
      const find = async (filter: string) => namesIn(await get('/', { filter }));
      assert.deepEqual(await find('userName pr and title ne "x"'), ['bob', 'ann', 'cy', 'dee', '𝔈ve']);
      assert.deepEqual(await find('not (userName pr)'), ['Pro Ä', 'basic', 'All', 'Empty']);
      assert.deepEqual(await find('members[type eq "Group"]'), ['All']);
      assert.deepEqual(await find('title eq null and externalId pr'), ['bob', 'dee', 'Pro Ä']);
      assertRefused(await get('/', { filter: 'shoeSize pr' }), 400, 'invalidFilter');
      const byTitle = namesIn(await get('/', { sortBy: 'title' }));
      assert.deepEqual(byTitle.slice(0, 2), ['ann', 'cy']);
    });
  });

  it('understand the names of parameters in any case, and no empty filter in a search', async () => {
    const { scim } = served;
    const first = (await scim.get('/Users?sortBy=userName&count=2&startIndex=2&attributes=userName')).body;
    const same = await scim.get('/Users?SORTBY=userName&Count=2&StartIndex=2&Attributes=userName');
    assert.deepEqual(same.body, first);
    const { userName } = first.Resources[0]!;
    const found = await scim.get(`/Users?Filter=${encodeURIComponent(`userName eq "${String(userName)}"`)}`);
    assert.equal(found.body['totalResults'], 1);
    assertRefused(await scim.post('/Users/.search', { filter: '' }), 400, 'invalidFilter');
  });

  it('hold nobody of another connection, whoever asks what', async () => {
    const { house } = served;
    const other = await testCompany(house, 'third.example');
    const { token } = await createScimKey(house.ground, other.scope, { name: 'third' });
    const theirs = served.as(token);
    const nobody = async (path: string) => assert.equal((await theirs.get(path)).body['totalResults'], 0, path);
    await nobody('/Users?filter=userName%20pr%20or%20id%20pr');
    await nobody('/Users?filter=emails.value%20eq%20%22ann@acme.example%22');
    await nobody('/Groups?filter=displayName%20pr&sortBy=displayName');
    await nobody('/?filter=id%20pr&sortBy=userName&cursor=');
    const group = await created(theirs, '/Groups', groupBody('Basic'));
    const names = namesIn(await theirs.get('/?sortBy=displayName'));
    assert.deepEqual(names, ['Basic']);
    await theirs.delete(`/Groups/${group}`);
  });
});
