import assert from 'node:assert/strict';
import { TrailRecordTable } from '../../../../src/trail/record.entity.ts';
import { createScimKey, revokeScimKey } from '../../../../src/directory/scim/keys/keys.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import {
  assertRefused,
  created,
  dump,
  groupBody,
  groupSchema,
  membersOf,
  patchSchema,
  type Reply,
  type Scim,
  type Served,
  serveScim,
  userBody,
} from '../support.ts';

const requestSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

interface Result {
  method: string;
  bulkId?: string;
  version?: string;
  location?: string;
  status: string;
  response?: { status: string; detail: string; scimType?: string };
}

interface Extension {
  department?: string;
  manager?: { value: string };
}

const patchOf = (...Operations: object[]) => ({ schemas: [patchSchema], Operations });
const group = (displayName: string, ...members: string[]) => groupBody(displayName, members);
const post = (bulkId: string, path: string, data: unknown) => ({ method: 'POST', path, bulkId, data });

describeOnEachEngine('SCIM: bulk', () => {
  let served: Served;
  let scim: Scim;
  beforeEach(async () => {
    served = await serveScim();
    scim = served.scim;
  });
  afterEach(() => served.stop());

  const send = (operations: unknown, rest: object = {}): Promise<Reply> =>
    scim.post('/Bulk', { schemas: [requestSchema], ...rest, Operations: operations });
  async function bulk(operations: object[], rest: object = {}): Promise<Result[]> {
    const reply = await send(operations, rest);
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual(reply.body['schemas'], ['urn:ietf:params:scim:api:messages:2.0:BulkResponse']);
    return reply.body['Operations'] as Result[];
  }
  const statuses = (results: readonly Result[]): string[] => results.map(({ status }) => status);
  const idOf = ({ location = '' }: Result = { method: '', status: '' }): string => location.split('/').at(-1) ?? '';
  const extensionOf = async (id: string): Promise<Extension> =>
    (await scim.get(`/Users/${id}`)).body[enterprise] as Extension;
  const managerOf = async (id: string) => (await extensionOf(id)).manager?.value;
  const total = async (path: string): Promise<unknown> => (await scim.get(`${path}?count=0`)).body['totalResults'];

  it('creates, replaces, patches and deletes, and says where each is', async () => {
    const [old, gone] = [
      await created(scim, '/Users', userBody('old')),
      await created(scim, '/Users', userBody('gone')),
    ];
    const results = await bulk([
      post('qwerty', '/Users', userBody('nora')),
      { method: 'PUT', path: `/Users/${old}`, data: userBody('old', { displayName: 'New' }) },
      { method: 'patch', path: `/Users/${old}`, data: patchOf({ op: 'replace', value: { active: false } }) },
      { method: 'DELETE', path: `/Users/${gone}` },
      post('ytrewq', '/Groups', group('Tour Guides', 'bulkId:qwerty')),
    ]);
    const base = 'http://localhost:3000/scim/v2';
    const [nora, , , , guides] = results;
    for (const each of results) delete each.version;
    assert.deepEqual(results, [
      { method: 'POST', bulkId: 'qwerty', location: `${base}/Users/${idOf(nora)}`, status: '201' },
      { method: 'PUT', location: `${base}/Users/${old}`, status: '200' },
      { method: 'PATCH', location: `${base}/Users/${old}`, status: '200' },
      { method: 'DELETE', location: `${base}/Users/${gone}`, status: '204' },
      { method: 'POST', bulkId: 'ytrewq', location: `${base}/Groups/${idOf(guides)}`, status: '201' },
    ]);
    assert.deepEqual(await membersOf(scim, idOf(guides)), [idOf(nora)]);
    const { body } = await scim.get(`/Users/${old}`);
    assert.deepEqual([body['displayName'], body['active']], ['New', false]);
    assertRefused(await scim.get(`/Users/${gone}`), 404);
  });

  it('makes first what is referred to, wherever it stands and however it is named', async () => {
    const present = await created(scim, '/Groups', group('Present'));
    const results = await bulk([
      {
        method: 'PATCH',
        path: `/Groups/${present}`,
        data: patchOf({ op: 'add', path: 'members', value: [{ value: 'bulkId:a' }] }),
      },
      { method: 'PATCH', path: `/Groups/${present}`, data: patchOf({ op: 'Add', value: { members: ['bulkId:b'] } }) },
      {
        method: 'PATCH',
        path: '/Groups/bulkId:g',
        data: patchOf({ op: 'remove', path: 'members[value eq "bulkId:a"]' }),
      },
      post('g', '/Groups', group('Made', 'bulkId:a', 'bulkId:b')),
      post('b', '/Users', { ...userBody('b'), [enterprise]: { manager: { value: 'bulkId:a' } } }),
      post('c', '/Users', { ...userBody('c'), [`${enterprise}:manager`]: 'bulkId:a' }),
      post('a', '/Users', userBody('a')),
    ]);
    assert.deepEqual(statuses(results), ['204', '204', '204', '201', '201', '201', '201']);
    const [, , , made, b, , a] = results.map(idOf);
    assert.deepEqual((await membersOf(scim, present)).toSorted(), [a!, b!].toSorted());
    assert.deepEqual(await membersOf(scim, made!), [b]);
    assert.equal(await managerOf(b!), a);
  });

  it('makes what refers to each other in a circle, also to itself', async () => {
    const results = await bulk([
      post('a', '/Groups', group('A', 'bulkId:b')),
      post('b', '/Groups', group('B', 'bulkId:c', 'bulkId:u')),
      post('c', '/Groups', group('C', 'bulkId:a', 'bulkId:c')),
      post('u', '/Users', { ...userBody('u'), [enterprise]: { manager: { value: 'bulkId:v' }, department: 'D' } }),
      post('v', '/Users', { ...userBody('v'), [enterprise]: { manager: { value: 'bulkId:u' } } }),
    ]);
    assert.deepEqual(statuses(results), ['201', '201', '201', '201', '201']);
    const [a = '', b = '', c = '', u = '', v = ''] = results.map(idOf);
    assert.deepEqual(await membersOf(scim, a), [b]);
    assert.deepEqual((await membersOf(scim, b)).toSorted(), [c, u].toSorted());
    assert.deepEqual((await membersOf(scim, c)).toSorted(), [a, c].toSorted());
    assert.deepEqual([await managerOf(u), await managerOf(v)], [v, u]);
    assert.equal((await extensionOf(u)).department, 'D');
    for (const [i, id] of [a, b, c, u, v].entries()) {
      const { headers } = await scim.get(i < 3 ? `/Groups/${id}` : `/Users/${id}`);
      assert.equal(results[i]!.version, headers['etag']);
    }
  });

  it('makes all of a circle or none, and says of each why', async () => {
    await created(scim, '/Groups', group('Taken'));
    const before = await dump(served.house);
    const results = await bulk([
      post('a', '/Groups', group('A', 'bulkId:b')),
      post('b', '/Groups', group('taken', 'bulkId:a')),
      { method: 'PATCH', path: '/Groups/bulkId:a', data: patchOf({ op: 'replace', value: { displayName: 'x' } }) },
    ]);
    assert.deepEqual(statuses(results), ['400', '409', '400']);
    assert.match(results[0]!.response!.detail, /bulkId:b/);
    assert.equal(results[1]!.response!.scimType, 'uniqueness');
    assert.equal(await dump(served.house), before);
  });

  it('goes on after errors, and changes nothing by an operation that failed', async () => {
    const paula = await created(scim, '/Users', userBody('paula'));
    const results = await bulk([
      post('twin', '/Users', userBody('PAULA')),
      post('foreign', '/Users', { userName: 'nora@other.example' }),
      {
        method: 'PATCH',
        path: `/Users/${paula}`,
        data: patchOf({ op: 'replace', value: { title: 'Dr' } }, { op: 'remove' }),
      },
      { method: 'DELETE', path: '/Users/nobody' },
      post('orphans', '/Groups', group('Orphans', 'bulkId:twin')),
      post('strangers', '/Groups', group('Strangers', 'bulkId:nowhere')),
      { method: 'GET', path: `/Users/${paula}` },
      { method: 'PUT', path: '/Users', data: userBody('x') },
      { method: 'DELETE', path: '/Schemas/x' },
      { method: 'DELETE', path: '/Users/\ud800' },
      { method: 'DELETE', path: '/Users/\0' },
      { method: 'POST', path: '/Users', data: userBody('unnamed') },
      post('empty', '/Users', undefined),
      { method: 'PATCH', path: `/Users/${paula}`, data: 7 },
      post('last', '/Users', userBody('last')),
    ]);
    assert.deepEqual(
      results.map(({ status, response }) => [status, response?.scimType].join(' ').trim()),
      [
        '409 uniqueness',
        '400 invalidValue',
        '400 noTarget',
        '404',
        '400 invalidValue',
        '400 invalidValue',
        '400 invalidSyntax',
        '405',
        '404',
        '404',
        '404',
        '400 invalidSyntax',
        '400 invalidSyntax',
        '400 invalidSyntax',
        '201',
      ],
    );
    for (const { response, method, location } of results.slice(0, -1)) {
      assert.ok(response!.detail.length > 10);
      if (method === 'POST') assert.equal(location, undefined);
    }
    assert.equal(results[3]?.location, 'http://localhost:3000/scim/v2/Users/nobody');
    assert.equal((await scim.get(`/Users/${paula}`)).body['title'], undefined);
    assert.deepEqual([await total('/Users'), await total('/Groups')], [2, 0]);
  });

  it('stops after as many errors as it was told, and does not name the rest', async () => {
    const bad = (bulkId: string) => post(bulkId, '/Users', {});
    const good = (name: string) => post(name, '/Users', userBody(name));
    const operations = [good('a'), bad('b'), good('c'), bad('d'), good('e')];
    assert.deepEqual(statuses(await bulk(operations, { failOnErrors: 2 })), ['201', '400', '201', '400']);
    assert.equal(await total('/Users'), 2);
    assert.deepEqual(statuses(await bulk([bad('x'), good('y')], { failOnErrors: 1 })), ['400']);
  });

  it('changes what has not changed meanwhile, where an operation says which version it is for', async () => {
    const paula = await created(scim, '/Users', userBody('paula'));
    const version = String((await scim.get(`/Users/${paula}`)).headers['etag']);
    const path = `/Users/${paula}`;
    const rename = (displayName: string) => patchOf({ op: 'replace', value: { displayName } });
    const [first, late, gone] = await bulk([
      { method: 'PATCH', path, version, data: rename('first') },
      { method: 'PATCH', path, version, data: rename('late') },
      { method: 'DELETE', path, version },
    ]);
    assert.deepEqual([first?.status, late?.status, gone?.status], ['200', '412', '412']);
    const now = await scim.get(path);
    assert.deepEqual([now.body['displayName'], now.headers['etag']], ['first', first?.version]);
    assert.deepEqual(statuses(await bulk([{ method: 'DELETE', path, version: first?.version }])), ['204']);
  });

  it('refuses as a whole what is no bulk request, or too much, and names the limit', async () => {
    const before = await dump(served.house);
    const one = post('a', '/Users', userBody('a'));
    for (const [operations, rest] of [
      ['none', {}],
      [undefined, {}],
      [[7], {}],
      [[null], {}],
      [[{ ...one, bulkId: 7 }], {}],
      [[one, one], {}],
      [[one], { failOnErrors: 0 }],
      [[one], { failOnErrors: 'one' }],
      [[one], { schemas: [patchSchema] }],
    ] as const)
      assertRefused(await send(operations, rest), 400, 'invalidSyntax');
    assertRefused(await send(Array.from({ length: 1001 }, () => ({}))), 413, undefined, '1000');
    assertRefused(await send([{ ...one, data: { x: 'x'.repeat(1_048_576) } }]), 413, undefined, '1048576');
    assert.equal(await dump(served.house), before);
    assert.deepEqual(await bulk([]), []);
    const { body } = await scim.get('/ServiceProviderConfig');
    assert.deepEqual(body['bulk'], { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 });
  });

  it('refuses a circle that is too large for one unit of work', async () => {
    const circle = Array.from({ length: 101 }, (_, i) =>
      post(`g${i}`, '/Groups', group(`G${i}`, `bulkId:g${(i + 1) % 101}`)),
    );
    const results = await bulk(circle);
    assert.equal(results.filter(({ status }) => status === '413').length, 1);
    assert.equal(results.filter(({ status }) => status === '400').length, 100);
    assert.equal(await total('/Groups'), 0);
  });

  it('leaves a record for each operation, done or refused', async () => {
    const { trail, db } = served.house.ground;
    const paula = await created(scim, '/Users', userBody('paula'));
    await trail.flush();
    const known = new Set((await db.read.find(TrailRecordTable)).map(({ id }) => id));
    await bulk([
      post('n', '/Users', userBody('nora')),
      post('p', '/Users', userBody('paula')),
      { method: 'PATCH', path: `/Users/${paula}`, data: patchOf({ op: 'replace', value: { active: false } }) },
      { method: 'DELETE', path: '/Groups/nobody' },
      post('g', '/Groups', { schemas: [groupSchema] }),
    ]);
    await trail.flush();
    const records = (await db.read.find(TrailRecordTable)).filter(({ id }) => !known.has(id));
    assert.deepEqual(
      records
        .map(({ eventName, errorMessage }) => [eventName, errorMessage?.split(':')[0] ?? 'done'].join(' '))
        .toSorted(),
      [
        'CreateDirectoryGroup scim.invalidValue',
        'CreateUser done',
        'CreateUser user.userNameTaken',
        'DeactivateUser done',
        'DeleteDirectoryGroup scim.notFound',
      ],
    );
    assert.ok(records.every(({ identity }) => identity.principalId === served.keyId));
    assert.equal(new Set(records.map(({ requestId }) => requestId)).size, 1);
  });

  it('ends with the key: what comes after its revocation is not done', async () => {
    const { house, acme } = served;
    const { key, token } = await createScimKey(house.ground, acme.scope, { name: 'leaked' });
    const operations = Array.from({ length: 200 }, (_, i) => post(`u${i}`, '/Users', userBody(`u${i}`)));
    const sent = served.as(token).post('/Bulk', { schemas: [requestSchema], Operations: operations });
    await revokeScimKey(house.ground, acme.scope, key.id);
    const reply = await sent;
    if (reply.status !== 401) {
      const results = reply.body['Operations'] as Result[];
      const last = results.pop();
      assert.ok(last?.status === '401' || results.length === 199, last?.status);
      assert.ok(results.every(({ status }) => status === '201'));
      assert.equal(await total('/Users'), results.length + (last?.status === '201' ? 1 : 0));
    } else assert.equal(await total('/Users'), 0);
  });

  it('takes four at once of a connection, and asks a fifth to come again', async () => {
    const operations = (name: string) =>
      Array.from({ length: 40 }, (_, i) => post(`u${i}`, '/Users', userBody(`${name}${i}`)));
    const replies = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => send(operations(name))));
    const done = replies.filter(({ status }) => status === 200);
    for (const reply of replies.filter(({ status }) => status !== 200)) {
      assertRefused(reply, 429);
      assert.equal(reply.headers['retry-after'], '1');
    }
    assert.ok(done.length >= 4);
    for (const reply of done) assert.ok((reply.body['Operations'] as Result[]).every(({ status }) => status === '201'));
    assert.equal(await total('/Users'), done.length * 40);
  });
});
