import assert from 'node:assert/strict';
import { suspendUser } from '../../../../src/users/lifecycle/administer.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { assertRefused, created, dump, groupBody, type Reply, type Served, serveScim, userBody } from '../support.ts';

describeOnEachEngine('SCIM versions', () => {
  let served: Served;
  let paula: string;
  let pro: string;
  beforeEach(async () => {
    served = await serveScim();
    paula = await created(served.scim, '/Users', userBody('paula', { title: 'Dr', name: { givenName: 'P' } }));
    pro = await created(served.scim, '/Groups', groupBody('Pro', [paula]));
  });
  afterEach(() => served.stop());

  const send = (method: string, path: string, headers: Record<string, string>, body?: object): Promise<Reply> =>
    served.scim.send({ method, path, headers, ...(body && { body }) });
  const tagOf = async (path: string): Promise<string> => String((await served.scim.get(path)).headers['etag']);
  /** What is stored, but for the work that goes on after a commit. */
  const settled = async (house: Served['house']): Promise<string> => {
    const { outbox: _outbox, receipts: _receipts, ...rest } = JSON.parse(await dump(house)) as Record<string, unknown>;
    return JSON.stringify(rest);
  };
  const set = (path: string, value: unknown) => ({ Operations: [{ op: 'replace', path, value }] });

  it('stand at every answer with one resource, as in its meta', async () => {
    const { scim } = served;
    const nora = { ...userBody('nora', { active: false, emails: [{ value: 'nora@acme.example', type: 'work' }] }) };
    const posted = await scim.post('/Users', nora);
    const path = `/Users/${posted.body.id}`;
    const group = `/Groups/${pro}`;
    const replies: [string, Reply][] = [
      [path, posted],
      [path, await scim.get(path)],
      [path, await send('HEAD', path, {})],
      [path, await scim.put(path, nora)],
      [path, await scim.patch(path, { op: 'replace', path: 'title', value: 'Dr' })],
      [path, await scim.get(`${path}?attributes=userName`)],
      [group, await scim.get(`${group}?excludedAttributes=members,meta`)],
      [group, await scim.put(group, groupBody('Pro', [paula]))],
      [group, await scim.patch(group, { op: 'replace', path: 'displayName', value: 'Pros' })],
      ['/ServiceProviderConfig', await scim.get('/ServiceProviderConfig')],
      ['/ResourceTypes/User', await scim.get('/ResourceTypes/User')],
    ];
    for (const [where, { headers, body, status }] of replies) {
      assert.match(String(headers['etag']), /^W\/"[\w-]+"$/, where);
      if (status === 204) continue;
      assert.equal(headers['location'], `http://localhost:3000/scim/v2${where}`);
      assert.equal(headers['content-location'], headers['location']);
      const meta = body['meta'] as { version?: string; location: string } | undefined;
      if (meta) assert.equal(meta.location, headers['location']);
      if (meta?.version !== undefined) assert.equal(meta.version, headers['etag']);
    }
    assert.equal(posted.headers['etag'], replies[1]![1].headers['etag'], 'what was created is what is read');
    const listed = (await scim.get('/Users?filter=userName%20sw%20%22nora%22')).body.Resources[0]!;
    assert.equal((listed['meta'] as { version: string }).version, await tagOf(path));
    assert.equal((await scim.get('/Users')).headers['etag'], undefined);
  });

  it('are others after every change of what is shown, and the same without one', async () => {
    const { scim, house, acme } = served;
    const seen = new Set([await tagOf(`/Users/${paula}`)]);
    const changes: [string, () => Promise<unknown>][] = [
      ['title', () => scim.patch(`/Users/${paula}`, { op: 'replace', path: 'title', value: 'Prof' })],
      ['active', () => scim.patch(`/Users/${paula}`, { op: 'replace', path: 'active', value: false })],
      ['active again', () => scim.patch(`/Users/${paula}`, { op: 'replace', path: 'active', value: true })],
      ['a PUT', () => scim.put(`/Users/${paula}`, userBody('paula', { externalId: 'x' }))],
    ];
    for (const [what, change] of changes) {
      await change();
      const tag = await tagOf(`/Users/${paula}`);
      assert.ok(!seen.has(tag), what);
      seen.add(tag);
    }
    const before = await tagOf(`/Users/${paula}`);
    await scim.put(`/Users/${paula}`, userBody('paula', { externalId: 'x' }));
    await suspendUser(house.ground, acme.scope, paula, 'admin');
    await scim.put(`/Groups/${pro}`, groupBody('Pro', []));
    assert.equal(await tagOf(`/Users/${paula}`), before, 'nor by groups and administrators, who are not the directory');

    const groups = new Set([await tagOf(`/Groups/${pro}`)]);
    const nora = await created(scim, '/Users', userBody('nora'));
    const inner = await created(scim, '/Groups', groupBody('Inner'));
    const add = (value: string) => scim.patch(`/Groups/${pro}`, { op: 'add', path: 'members', value: [{ value }] });
    const ofGroup: [string, () => Promise<unknown>][] = [
      ['a name', () => scim.patch(`/Groups/${pro}`, { op: 'replace', path: 'displayName', value: 'Pros' })],
      ['a member', () => add(nora)],
      ['a nested group', () => add(inner)],
      ['a member who is deleted', () => scim.delete(`/Users/${nora}`)],
      ['a nested group that is deleted', () => scim.delete(`/Groups/${inner}`)],
      ['a PUT', () => scim.put(`/Groups/${pro}`, groupBody('Pros', [paula]))],
    ];
    for (const [what, change] of ofGroup) {
      await change();
      const tag = await tagOf(`/Groups/${pro}`);
      assert.ok(!groups.has(tag), what);
      groups.add(tag);
    }
  });

  it('and times of a group stay where a request says what is stored (RFC 7644 §3.5.2.1)', async () => {
    const { scim } = served;
    const path = `/Groups/${pro}`;
    const externalId = { op: 'add', path: 'externalId', value: 'x' };
    const member = { op: 'add', path: 'members', value: [{ value: paula }] };
    await scim.patch(path, externalId);
    const before = (await scim.get(path)).body;
    const same: [string, () => Promise<Reply>][] = [
      ['a member who is in', () => scim.patch(path, member)],
      ['Okta’s name and id', () => scim.patch(path, { op: 'replace', value: { id: pro, displayName: 'Pro' } })],
      ['its external id', () => scim.patch(path, externalId)],
      ['all members', () => scim.patch(path, { ...member, op: 'replace' })],
      ['who is not in', () => scim.patch(path, { op: 'remove', path: 'members[value eq "nobody"]' })],
      ['a PUT', () => scim.put(path, { ...groupBody('Pro', [paula]), externalId: 'x' })],
    ];
    for (const [what, ask] of same) {
      const reply = await ask();
      assert.ok(reply.status < 300, reply.text);
      assert.equal(reply.headers['etag'], (before['meta'] as { version: string }).version, what);
      assert.deepEqual((await scim.get(path)).body, before, what);
    }
    await scim.patch(path, member, { op: 'remove', path: 'externalId' });
    assert.notDeepEqual((await scim.get(path)).body['meta'], before['meta']);
  });

  it('spare a client what it has', async () => {
    for (const path of [`/Users/${paula}`, `/Groups/${pro}`, '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User']) {
      const tag = await tagOf(path);
      for (const known of [tag, tag.slice(2), `"x", ${tag}`, `"a,b" , "c",${tag}`, '*']) {
        const reply = await send('GET', path, { 'if-none-match': known });
        assert.deepEqual([reply.status, reply.text, reply.headers['etag']], [304, '', tag], known);
      }
      for (const other of ['"x"', 'W/"x", W/"y"']) {
        const reply = await send('GET', path, { 'if-none-match': other });
        assert.equal(reply.status, 200);
        assert.ok(reply.text.length > 0);
      }
      assertRefused(await send('GET', path, { 'if-none-match': 'W/"x' }), 400, 'invalidSyntax', 'If-None-Match');
    }
  });

  it('let a change through that is for this version, and no other', async () => {
    const { house } = served;
    const kinds: [string, [string, object?][]][] = [
      [`/Users/${paula}`, [['PUT', userBody('paula')], ['PATCH', set('title', 'X')], ['DELETE']]],
      [`/Groups/${pro}`, [['PUT', groupBody('Pro')], ['PATCH', set('displayName', 'X')], ['DELETE']]],
    ];
    for (const [path, methods] of kinds)
      for (const [method, body] of methods) {
        const tag = await tagOf(path);
        const before = await settled(house);
        for (const headers of [
          { 'if-match': 'W/"x"' },
          { 'if-match': '"x", W/"y"' },
          { 'if-none-match': tag },
          { 'if-none-match': '*' },
        ] as Record<string, string>[])
          assertRefused(await send(method, path, headers, body), 412, undefined, 'version');
        assertRefused(await send(method, path, { 'if-match': 'x y' }, body), 400, 'invalidSyntax', 'If-Match');
        assert.equal(await settled(house), before, 'nothing is changed');
        const known = method === 'PUT' ? '*' : method === 'PATCH' ? `W/"x", ${tag}` : tag;
        const done = await send(method, path, { 'if-match': known, 'if-none-match': '"x"' }, body);
        assert.ok(done.status < 300, done.text);
      }
    assertRefused(await send('PATCH', `/Users/${paula}`, { 'if-match': '*' }, set('title', 'X')), 404);
  });

  it('let one of many changes through that are all for the same version', async () => {
    for (const [path, name] of [
      [`/Users/${paula}`, 'title'],
      [`/Groups/${pro}`, 'displayName'],
    ] as const) {
      const tag = await tagOf(path);
      const replies = await Promise.all(
        Array.from({ length: 8 }, (_, i) => send('PATCH', path, { 'if-match': tag }, set(name, `N${i}`))),
      );
      const statuses = replies.map(({ status }) => (status < 300 ? 'done' : String(status))).toSorted();
      assert.deepEqual(statuses, [...Array<string>(7).fill('412'), 'done']);
    }
  });

  it('are asked of a read too', async () => {
    for (const path of [`/Users/${paula}`, `/Groups/${pro}`, '/ServiceProviderConfig']) {
      const tag = await tagOf(path);
      for (const good of [tag, '*', `"x", ${tag}`])
        assert.equal((await send('GET', path, { 'if-match': good })).status, 200, good);
      assertRefused(await send('GET', path, { 'if-match': 'W/"stale"' }), 412);
      assert.equal((await send('HEAD', path, { 'if-match': 'W/"stale"' })).status, 412);
      const both = { 'if-match': 'W/"stale"', 'if-none-match': tag };
      assertRefused(await send('GET', path, both), 412, undefined, 'version');
    }
    assert.equal((await send('GET', '/Users', { 'if-match': 'W/"stale"' })).status, 200, 'a list has no version');
  });
});

describeOnEachEngine('SCIM media types', () => {
  let served: Served;
  before(async () => {
    served = await serveScim();
  });
  after(() => served.stop());

  it('are SCIM’s own, or plain JSON for who would rather have it', async () => {
    const [own, plain] = ['application/scim+json; charset=utf-8', 'application/json; charset=utf-8'];
    for (const [accept, type] of [
      ['application/scim+json', own],
      ['application/json', plain],
      ['application/json, text/plain, */*', own],
      ['application/json, */*;q=0.1', plain],
      ['application/json;q=0.5, application/scim+json', own],
      ['application/scim+json;q=0.5, Application/JSON', plain],
      ['application/scim+json, application/json', own],
      ['*/*', own],
      ['text/html', own],
      [undefined, own],
    ] as const) {
      const headers = { accept };
      for (const path of ['/Users', '/Users/nobody', '/Schemas', '/Me'])
        assert.equal((await served.scim.send({ method: 'GET', path, headers })).headers['content-type'], type, accept);
      const content = { ...headers, 'content-type': 'application/json' };
      const body = userBody('x');
      const made = await served.scim.send({ method: 'POST', path: '/Users', headers: content, body });
      assert.equal(made.headers['content-type'], type);
    }
  });
});
