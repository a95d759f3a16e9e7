import assert from 'node:assert/strict';
import { createScimKey, revokeScimKey } from '../../../src/directory/scim/keys/keys.ts';
import { testCompany } from '../../support/company.ts';
import {
  assertRefused,
  created,
  dump,
  groupBody,
  membersOf,
  patchSchema,
  type Reply,
  type Request,
  type Served,
  serveScim,
  userBody,
  userSchema,
} from './support.ts';
import { describeOnEachEngine } from '../../support/engines.ts';

/** A request that must be refused, and how. */
interface Bad extends Partial<Request> {
  name: string;
  status: number;
  scimType?: string;
  words?: string;
}

const filter = (text: string): string => `/Users?filter=${encodeURIComponent(text)}`;
const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

/** What is wrong with the message itself: sent by POST to /Users when nothing else is said. */
const messages: Bad[] = [
  { name: 'no JSON', raw: '{"userName":', status: 400, scimType: 'invalidSyntax' },
  { name: 'no content', raw: '', status: 400, scimType: 'invalidSyntax' },
  { name: 'bytes that are not UTF-8', raw: Buffer.from([0x22, 0xff, 0x22]), status: 400, scimType: 'invalidSyntax' },
  { name: 'a list for an object', body: [userBody('a')], status: 400, scimType: 'invalidSyntax' },
  { name: 'null for an object', raw: 'null', status: 400, scimType: 'invalidSyntax' },
  { name: 'text for an object', raw: '"user"', status: 400, scimType: 'invalidSyntax' },
  { name: 'nesting without end', raw: nested(100_000), status: 400, scimType: 'invalidSyntax' },
  {
    name: '__proto__',
    raw: '{"userName":"a@acme.example","__proto__":{"active":false}}',
    status: 400,
    scimType: 'invalidSyntax',
  },
  {
    name: 'one name in two spellings',
    raw: '{"userName":"a@acme.example","USERNAME":"b@acme.example"}',
    status: 400,
    scimType: 'invalidSyntax',
  },
  {
    name: 'another schema',
    body: { ...userBody('a'), schemas: [patchSchema] },
    status: 400,
    scimType: 'invalidSyntax',
  },
  { name: 'no content type', body: userBody('a'), headers: { 'content-type': undefined }, status: 415 },
  {
    name: 'a form',
    body: userBody('a'),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
  },
  {
    name: 'another charset',
    body: userBody('a'),
    headers: { 'content-type': 'application/json; charset=latin1' },
    status: 415,
  },
  { name: 'compression', body: userBody('a'), headers: { 'content-encoding': 'gzip' }, status: 415 },
  { name: 'too many bytes', raw: Buffer.alloc(8 * 1024 * 1024 + 1, ' '), status: 413 },
  {
    name: 'too many bytes without a length',
    raw: Buffer.alloc(8 * 1024 * 1024 + 1, ' '),
    headers: { 'content-length': undefined, 'transfer-encoding': 'chunked' },
    status: 413,
  },
];

/** What is wrong with one value of a user. */
const values: Bad[] = [
  { name: 'no userName', body: { displayName: 'A' } },
  { name: 'an empty userName', body: { userName: '  ' } },
  { name: 'a number for a userName', body: { userName: 7 } },
  { name: 'an object for a userName', body: { userName: { value: 'a@acme.example' } } },
  { name: 'a NUL', body: userBody('a', { displayName: 'A\0B' }) },
  { name: 'half a character', raw: '{"userName":"a@acme.example","displayName":"\\ud800"}' },
  { name: 'a name without end', body: userBody('a', { displayName: 'x'.repeat(2000) }) },
  { name: 'an externalId above 2^53', raw: '{"userName":"a@acme.example","externalId":9007199254740993}' },
  { name: 'an externalId without end', body: userBody('a', { externalId: 'x'.repeat(321) }) },
  { name: 'text for active', body: userBody('a', { active: 'yes' }) },
  { name: 'a number for active', body: userBody('a', { active: 0 }) },
  { name: 'text for name', body: userBody('a', { name: 'A' }) },
  { name: 'a number among emails', body: userBody('a', { emails: [7] }) },
  {
    name: 'two primary addresses',
    body: userBody('a', {
      emails: [
        { value: 'a@acme.example', primary: true },
        { value: 'b@acme.example', primary: true },
      ],
    }),
  },
  {
    name: 'a thousand addresses',
    body: userBody('a', { emails: Array.from({ length: 1000 }, (_, i) => ({ value: `a${i}@acme.example` })) }),
  },
].map((each) => ({ ...each, status: 400, scimType: 'invalidValue' }));

const reads: Bad[] = [
  { name: 'half a filter', path: filter('userName eq'), status: 400, scimType: 'invalidFilter' },
  { name: 'a filter on what is unknown', path: filter('shoeSize eq "9"'), status: 400, scimType: 'invalidFilter' },
  { name: 'a filter with an open quote', path: filter('userName eq "a'), status: 400, scimType: 'invalidFilter' },
  {
    name: 'a filter with SQL',
    path: filter(`userName eq "a" ; DROP TABLE users`),
    status: 400,
    scimType: 'invalidFilter',
  },
  {
    name: 'a filter without end',
    path: filter('userName pr and '.repeat(500)),
    status: 400,
    scimType: 'invalidFilter',
  },
  {
    name: 'a filter too deep',
    path: filter(`${'('.repeat(200)}userName pr${')'.repeat(200)}`),
    status: 400,
    scimType: 'invalidFilter',
  },
  { name: 'a count that is no number', path: '/Users?count=ten', status: 400, scimType: 'invalidValue' },
  { name: 'a start with a fraction', path: '/Users?startIndex=1.5', status: 400, scimType: 'invalidValue' },
  {
    name: 'one parameter twice',
    path: '/Users?count=1&count=2',
    status: 400,
    scimType: 'invalidSyntax',
    words: 'count',
  },
  {
    name: 'one parameter in two spellings',
    path: '/Users?count=1&Count=2',
    status: 400,
    scimType: 'invalidSyntax',
    words: 'count',
  },
  { name: 'an empty filter', path: '/Users?filter=', status: 400, scimType: 'invalidFilter' },
  { name: 'an empty filter of groups in capitals', path: '/Groups?Filter=', status: 400, scimType: 'invalidFilter' },
  { name: 'a filter of white space', path: '/Users?filter=%20', status: 400, scimType: 'invalidFilter' },
  { name: 'two filters', path: `${filter('userName pr')}&filter=userName`, status: 400, scimType: 'invalidSyntax' },
  { name: 'a broken escape in the path', path: '/Users/%zz', status: 400, scimType: 'invalidSyntax' },
  { name: 'a cut escape in the path', path: '/Users/%c3', status: 400, scimType: 'invalidSyntax' },
  { name: 'an encoded NUL in the path', path: '/Users/%00', status: 404 },
  { name: 'a path below a resource', path: '/Users/a/b', status: 404 },
  { name: 'an unknown endpoint', path: '/Machines', status: 404 },
  { name: 'an inherited name for an endpoint', path: '/constructor', status: 404 },
].map((each) => ({ method: 'GET', ...each }));

describeOnEachEngine('SCIM: bad input', () => {
  let served: Served;
  let paula: string;
  let group: string;
  before(async () => {
    served = await serveScim();
    paula = await created(served.scim, '/Users', userBody('paula', { externalId: '00u1' }));
    group = await created(served.scim, '/Groups', groupBody('Pro', [paula]));
  });
  after(() => served.stop());

  /** Sends it, and holds what is stored against what was stored before. */
  async function harmless(work: () => Promise<Reply>): Promise<Reply> {
    const before = await dump(served.house);
    const reply = await work();
    assert.equal(await dump(served.house), before, 'nothing is changed');
    return reply;
  }

  for (const { name, status, scimType, words, ...asked } of [...messages, ...values, ...reads]) {
    it(`refuses ${name}`, async () => {
      const reply = await harmless(() => served.scim.send({ method: 'POST', path: '/Users', ...asked }));
      assertRefused(reply, status, scimType, words);
    });
  }

  it('refuses bad operations of PATCH, and does none of those beside them', async () => {
    const good = { op: 'replace', value: { displayName: 'changed' } };
    const cases: [object, string][] = [
      [{ op: 'move', path: 'displayName' }, 'invalidSyntax'],
      [{ path: 'displayName', value: 'x' }, 'invalidSyntax'],
      [{ op: 'replace', path: 'shoeSize', value: 9 }, 'invalidPath'],
      [{ op: 'replace', path: '__proto__.active', value: true }, 'invalidPath'],
      [{ op: 'replace', path: 'constructor.prototype', value: true }, 'invalidPath'],
      [{ op: 'replace', path: 7, value: 'x' }, 'invalidPath'],
      [{ op: 'replace', path: 'id', value: 'x' }, 'mutability'],
      [{ op: 'remove', path: 'id', value: paula }, 'mutability'],
      [{ op: 'replace', value: { id: 'x', displayName: 'x' } }, 'mutability'],
      [{ op: 'add', value: { [`${userSchema}:ID`]: 'x' } }, 'mutability'],
      [{ op: 'add', value: { [userSchema]: { id: 'x' } } }, 'mutability'],
      [{ op: 'add', path: 'meta.created', value: '1999-01-01T00:00:00Z' }, 'mutability'],
      [{ op: 'replace', path: 'groups', value: [] }, 'mutability'],
      [{ op: 'remove', path: 'userName' }, 'mutability'],
      [{ op: 'remove' }, 'noTarget'],
      [{ op: 'replace', value: 'x' }, 'invalidSyntax'],
      [{ op: 'replace', path: 'emails[type eq].value', value: 'x' }, 'invalidFilter'],
      [{ op: 'replace', path: 'active', value: 'perhaps' }, 'invalidValue'],
    ];
    for (const [operation, scimType] of cases) {
      const reply = await harmless(() => served.scim.patch(`/Users/${paula}`, good, operation));
      assertRefused(reply, 400, scimType);
    }
    const another = { op: 'replace', value: { id: paula, displayName: 'x' } };
    assertRefused(await harmless(() => served.scim.patch(`/Groups/${group}`, another)), 400, 'mutability');
    assertRefused(await harmless(() => served.scim.patch(`/Users/${paula}`)), 400, 'invalidSyntax');
    const own = [
      { op: 'replace', path: 'id', value: paula },
      { op: 'Replace', value: { id: paula, [`${userSchema}:id`]: paula, meta: {}, groups: [] } },
    ];
    assert.equal((await harmless(() => served.scim.patch(`/Users/${paula}`, ...own))).status, 200);
  });

  it('refuses bad members, and changes none', async () => {
    for (const member of [7, null, {}, { value: 7 }, { value: '' }, { value: paula, type: 'Machine' }, [paula]]) {
      const body = { ...groupBody('Pro'), members: [member] };
      assertRefused(await harmless(() => served.scim.put(`/Groups/${group}`, body)), 400, 'invalidValue');
    }
    const big = '{"Operations":[{"op":"add","path":"members","value":[{"value":9007199254740993}]}]}';
    const asked = { method: 'PATCH', path: `/Groups/${group}`, raw: big };
    assertRefused(await harmless(() => served.scim.send(asked)), 400, 'invalidValue');
  });

  it('ignores what is unknown, read-only or not the directory’s to say', async () => {
    const sent = {
      ...userBody('paula'),
      externalId: '00u1',
      id: '1',
      meta: { created: '1999-01-01T00:00:00Z' },
      groups: [{ value: group }],
      permissionTier: 'Pro',
      licence: 'Pro',
      accountId: 'another',
      organisationId: 'another',
      epoch: 99,
      constructor: { prototype: {} },
      'urn:example:Foreign': { tier: 'Pro' },
    };
    const reply = await harmless(() => served.scim.put(`/Users/${paula}`, sent));
    assert.equal(reply.status, 200);
    assert.equal(reply.body.id, paula);
    assert.doesNotMatch(reply.text, /permissionTier|licence|1999|Foreign|epoch/);
  });

  it('takes any whole numbers for a page', async () => {
    for (const [query, itemsPerPage] of [
      ['startIndex=-5&count=10', 1],
      ['startIndex=0', 1],
      ['count=0', 0],
      ['count=-1', 0],
      ['count=999999999', 1],
      ['startIndex=999999999', 0],
      // The largest whole number of Java, and of its long.
      ['count=2147483647', 1],
      ['count=9223372036854775807&startIndex=-9223372036854775808', 1],
      ['startIndex=9223372036854775807', 0],
      ['cursor=&count=2147483647', 1],
      ['count=2147483647&sortBy=userName&filter=userName%20pr', 1],
      ['startIndex=9223372036854775807&sortBy=userName&filter=userName%20pr', 0],
      ['startIndex=&count=', 1],
    ] as const) {
      const { status, body } = await served.scim.get(`/Users?${query}`);
      assert.equal(status, 200, query);
      assert.equal(body['itemsPerPage'], itemsPerPage, query);
      assert.equal(body['totalResults'], 1, query);
    }
  });

  it('passes over slashes that a base URL brings along', async () => {
    const { scim } = served;
    for (const path of ['//Users?count=1', '/Users/?count=1', '//Users//?count=1'])
      assert.equal((await scim.get(path)).body['itemsPerPage'], 1, path);
    for (const path of [`//Users/${paula}`, `/Users/${paula}/`]) assert.equal((await scim.get(path)).body.id, paula);
    assertRefused(await harmless(() => scim.post('//Users', { ...userBody('x'), userName: '' })), 400, 'invalidValue');
    assertRefused(await scim.get('//Nothing/'), 404, undefined, '/scim/v2/Nothing was');
    assert.equal((await scim.get('/')).status, 200);
  });

  it('says which methods an address takes', async () => {
    for (const [method, path, allow] of [
      ['DELETE', '/Users', 'GET, HEAD, POST'],
      ['POST', `/Users/${paula}`, 'GET, HEAD, PUT, PATCH, DELETE'],
      ['PATCH', '/Groups', 'GET, HEAD, POST'],
      ['OPTIONS', '/Schemas', 'GET, HEAD'],
    ] as const) {
      const reply = await harmless(() => served.scim.send({ method, path }));
      assertRefused(reply, 405);
      assert.equal(reply.headers['allow'], allow);
    }
    assertRefused(await served.scim.get('/Me'), 501);
    assertRefused(await served.scim.get('/Bulk'), 405);
  });

  it('refuses a missing, wrong or revoked key on every route, and asks for a good one', async () => {
    const { house, acme, baseUrl, token, scim } = served;
    const { key, token: revoked } = await createScimKey(house.ground, acme.scope, { name: 'old' });
    assert.equal((await served.as(revoked).get('/Users')).status, 200);
    await revokeScimKey(house.ground, acme.scope, key.id);
    const routes: [string, string][] = [
      ['GET', '/Users'],
      ['POST', '/Users'],
      ['PATCH', `/Users/${paula}`],
      ['DELETE', `/Groups/${group}`],
      ['GET', '/Schemas'],
      ['GET', '/nothing'],
    ];
    for (const authorization of [
      undefined,
      '',
      'Bearer',
      'Bearer x',
      `Basic ${token}`,
      `Bearer ${revoked}`,
      `${token}x`,
    ]) {
      for (const [method, path] of routes) {
        const body = userBody('mallory');
        const asked = { method, path, headers: { authorization }, ...(method !== 'GET' && { body }) };
        const reply = await harmless(() => scim.send(asked));
        assertRefused(reply, 401, undefined, 'access key');
        assert.match(String(reply.headers['www-authenticate']), /^Bearer /);
        assert.ok(!reply.text.includes(token) && !reply.text.includes(paula));
      }
    }
    assert.ok(baseUrl.endsWith('/scim/v2'));
  });

  it('knows nobody of another connection, on any route, nor as a member', async () => {
    const { house, scim } = served;
    const other = await testCompany(house, 'other.example');
    const { token } = await createScimKey(house.ground, other.scope, { name: 'other' });
    const theirs = served.as(token);
    const mine = await created(theirs, '/Users', { userName: 'nora@other.example' });
    const myGroup = await created(theirs, '/Groups', groupBody('Pro', [mine]));
    const user = userBody('taken');
    const requests: (() => Promise<Reply>)[] = [
      () => scim.get(`/Users/${mine}`),
      () => scim.put(`/Users/${mine}`, user),
      () => scim.patch(`/Users/${mine}`, { op: 'replace', value: { active: false } }),
      () => scim.delete(`/Users/${mine}`),
      () => scim.get(`/Groups/${myGroup}`),
      () => scim.put(`/Groups/${myGroup}`, groupBody('Taken')),
      () => scim.patch(`/Groups/${myGroup}`, { op: 'add', path: 'members', value: [{ value: paula }] }),
      () => scim.delete(`/Groups/${myGroup}`),
    ];
    for (const request of requests) assertRefused(await harmless(request), 404);
    for (const id of [mine, myGroup]) {
      const add = { op: 'add', path: 'members', value: [{ value: paula }, { value: id }] };
      assertRefused(await harmless(() => scim.patch(`/Groups/${group}`, add)), 400, 'invalidValue', id);
      assertRefused(await harmless(() => scim.post('/Groups', groupBody('New', [id]))), 400, 'invalidValue', id);
      assertRefused(
        await harmless(() => scim.put(`/Groups/${group}`, groupBody('Pro', [id]))),
        400,
        'invalidValue',
        id,
      );
      const found = await scim.get(`/Users?filter=${encodeURIComponent(`id eq "${id}"`)}`);
      assert.equal(found.body['totalResults'], 0);
      const remove = { op: 'remove', path: `members[value eq "${id}"]` };
      assert.equal((await scim.patch(`/Groups/${group}`, remove)).status, 204, 'nobody to remove');
    }
    assert.deepEqual(await membersOf(scim, group), [paula]);
    assert.deepEqual(await membersOf(theirs, myGroup), [mine]);
    assert.equal((await scim.get('/Users')).body['totalResults'], 1);
  });
});
