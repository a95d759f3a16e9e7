import assert from 'node:assert/strict';
import { summary } from '../../../../src/console/scim-requests/texts.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { groupBody, type Served, serveScim, userBody } from '../support.ts';
import { kept } from './support.ts';

describeOnEachEngine('what the inspector keeps of a directory', function () {
  this.timeout(60_000);
  let served: Served;
  beforeEach(async () => {
    served = await serveScim();
  });
  afterEach(() => served.stop());

  it('a user who is created, changed, deactivated and deleted: attribute by attribute', async () => {
    const { scim, keyId } = served;
    const created = await scim.post('/Users', userBody('bob', { displayName: 'Bob', name: { givenName: 'Robert' } }));
    const { id } = created.body;
    const body = userBody('bob', {
      displayName: 'Bobby',
      active: false,
      emails: [{ value: 'bob@acme.example', type: 'work', primary: true }],
    });
    assert.equal((await scim.put(`/Users/${id}`, body)).status, 200);
    assert.equal((await scim.delete(`/Users/${id}`)).status, 204);
    const [gone, put, post, ...others] = await kept(served);
    assert.deepEqual(others, []);
    assert.equal(post!.id, created.headers['x-request-id'], 'its id is the one that the directory was told');
    assert.deepEqual(
      [post!.method, post!.target, post!.status, post!.key, post!.became, post!.userAgent],
      ['POST', '/Users', 201, { id: keyId, name: 'Okta' }, 'created', 'Okta SCIM Client 1.0.0'],
    );
    assert.deepEqual(
      post!.differences.find(({ attribute }) => attribute === 'name.givenName'),
      {
        attribute: 'name.givenName',
        before: null,
        after: 'Robert',
      },
    );
    assert.deepEqual(put!.subject, { type: 'User', id, name: 'bob@acme.example', isThere: false });
    assert.deepEqual(
      put!.differences.map(({ attribute, before, after }) => `${attribute}: ${before} → ${after}`).toSorted(),
      [
        'active: true → false',
        'displayName: Bob → Bobby',
        'emails: null → bob@acme.example (work, primary)',
        'name.givenName: Robert → null',
      ],
    );
    assert.deepEqual(put!.body, body);
    assert.deepEqual([gone!.became, gone!.subject?.name, gone!.body], ['deleted', 'bob@acme.example', undefined]);
    assert.ok(put!.tookMs > 0);
  });

  it('a bulk request: what became of each operation, the first hundred one by one, without secrets', async () => {
    const { scim } = served;
    const twin = userBody('twin', { password: 'Tr0ub4dor&3' });
    const many = Array.from({ length: 100 }, () => ({ method: 'DELETE', path: '/Users/nobody' }));
    const reply = await scim.post('/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'one', data: twin },
        { method: 'POST', path: '/Users', bulkId: 'two', data: twin },
        { method: 'POST', path: '/Groups', bulkId: 'three', data: groupBody('Sales') },
        ...many,
      ],
    });
    assert.equal(reply.status, 200, reply.text);
    const [request] = await kept(served);
    const { first, more, refused } = request!.operations!;
    assert.deepEqual([first.length, more, refused], [100, 3, 101]);
    assert.deepEqual(
      first.slice(0, 4).map(({ method, path, bulkId, status, name }) => [method, path, bulkId, status, name]),
      [
        ['POST', '/Users', 'one', 201, 'twin@acme.example'],
        ['POST', '/Users', 'two', 409, null],
        ['POST', '/Groups', 'three', 201, 'Sales'],
        ['DELETE', '/Users/nobody', null, 404, null],
      ],
    );
    assert.match(first[1]!.detail ?? '', /twin@acme\.example/);
    assert.doesNotMatch(JSON.stringify(request), /Tr0ub4dor/);
    assert.equal(summary(request!), '103 operations, 101 refused');
  });

  it('a group with its members, as counts and names', async () => {
    const { scim, acme } = served;
    const [ann, ben, cas] = [await acme.person('ann'), await acme.person('ben'), await acme.person('cas')];
    const { id } = (await scim.post('/Groups', groupBody('Sales', [ann.id, ben.id]))).body;
    await scim.patch(`/Groups/${id}`, {
      op: 'replace',
      path: 'members',
      value: [{ value: ben.id }, { value: cas.id }],
    });
    await scim.patch(`/Groups/${id}`, { op: 'replace', path: 'displayName', value: 'Selling' });
    const [renamed, moved, post] = await kept(served);
    assert.deepEqual(
      [post!.moved?.added, post!.moved?.addedNames.toSorted()],
      [2, ['ann@acme.example', 'ben@acme.example']],
    );
    const { added, removed, addedNames, removedNames } = moved!.moved!;
    assert.deepEqual([added, removed, addedNames, removedNames], [1, 1, ['cas@acme.example'], ['ann@acme.example']]);
    assert.deepEqual(renamed!.differences, [{ attribute: 'displayName', before: 'Sales', after: 'Selling' }]);
    assert.deepEqual(moved!.subject, { type: 'Group', id, name: 'Selling', isThere: true });
  });

  it('a lookup with how many it found, and whom', async () => {
    const { scim, acme } = served;
    const ann = await acme.person('ann');
    await scim.get('/Users?filter=userName%20eq%20%22ann%40acme.example%22');
    await scim.get('/Users?filter=userName%20eq%20%22nobody%40acme.example%22');
    await scim.get(`/Users/${ann.id}`);
    const [one, none, some] = await kept(served);
    assert.deepEqual(
      [some!.target, some!.found, some!.subject?.id],
      ['/Users?filter=userName eq "ann@acme.example"', 1, ann.id],
    );
    assert.deepEqual([none!.found, none!.subject], [0, null]);
    assert.deepEqual([one!.target, one!.subject?.name, one!.found], [`/Users/${ann.id}`, 'ann@acme.example', null]);
  });

  it('what was refused, with what the directory was told', async () => {
    const { scim, acme } = served;
    await acme.person('ann');
    await scim.get('/Users?filter=userName%20zz%20%22a%22');
    await scim.post('/Users', userBody('ann'));
    await scim.post('/Users', { ...userBody('x'), userName: 'x@elsewhere.example' });
    await scim.get('/Users/nothing');
    await scim.send({ method: 'POST', path: '/Users', raw: '{"broken' });
    await scim.send({ method: 'PATCH', path: '/Users' });
    const all = await kept(served, { outcome: 'failed' });
    assert.deepEqual(
      all.map(({ status, scimType, errorCode, bodyState }) => [status, scimType, errorCode, bodyState]),
      [
        [405, null, 'scim.methodNotAllowed', 'unread'],
        [400, 'invalidSyntax', 'body.notJson', 'unread'],
        [404, null, 'scim.notFound', 'none'],
        [400, 'invalidValue', 'user.domainNotVerified', 'whole'],
        [409, 'uniqueness', 'user.userNameTaken', 'whole'],
        [400, 'invalidFilter', 'scim.invalidFilter', 'none'],
      ],
    );
    assert.match(all[3]!.detail ?? '', /elsewhere\.example/);
    assert.equal(all[3]!.name, 'x@elsewhere.example');
    assert.ok(all.every(({ became, differences }) => became === null && differences.length === 0));
  });

  it('is found by key, outcome, status, method, and whom it is about or names', async () => {
    const { scim, acme } = served;
    const [ann, ben] = [await acme.person('ann'), await acme.person('ben')];
    await scim.get(`/Users/${ann.id}`);
    await scim.post('/Users', userBody('ann'));
    await scim.post('/Groups', groupBody('Sales', [ben.id]));
    await scim.post('/Users', { ...userBody('x'), userName: 'zoe@elsewhere.example' });
    const found = async (query: object) =>
      (await kept(served, query)).map(({ method, status }) => `${method} ${status}`);
    assert.deepEqual(await found({ who: 'ANN@' }), ['POST 409', 'GET 200']);
    assert.deepEqual(await found({ who: ben.id }), ['POST 201']);
    assert.deepEqual(await found({ who: 'sales' }), ['POST 201']);
    assert.deepEqual(await found({ who: 'zoe' }), ['POST 400']);
    assert.deepEqual(await found({ outcome: 'done' }), ['POST 201', 'GET 200']);
    assert.deepEqual(await found({ status: 409 }), ['POST 409']);
    assert.deepEqual(await found({ method: 'GET' }), ['GET 200']);
    assert.deepEqual(await found({ keyId: 'other' }), []);
    assert.deepEqual(await found({ accountId: 'other' }), []);
    assert.deepEqual(await found({ organisationId: 'other' }), []);
  });
});
