import assert from 'node:assert/strict';
import { describeOnEachEngine } from '../../support/engines.ts';
import { created, type Reply, type Scim, type Served, serveScim, userBody } from './support.ts';

describeOnEachEngine('SCIM answers', () => {
  let served: Served;
  let scim: Scim;

  beforeEach(async () => {
    served = await serveScim();
    scim = served.scim;
  });
  afterEach(() => served.stop());

  const always = ['date', 'connection', 'keep-alive'];
  const withText = ['content-type', 'content-length', 'cache-control', 'x-content-type-options'];
  const placed = ['x-request-id', 'location', 'content-location', 'etag'];

  it('tell their fields, in their order', async () => {
    const path = `/Users/${await created(scim, '/Users', userBody('paula'))}`;
    const fields = async (reply: Promise<Reply>): Promise<string[]> => Object.keys((await reply).headers);
    assert.deepEqual(await fields(scim.get(path)), [...placed, ...withText, ...always]);
    assert.deepEqual(await fields(scim.send({ method: 'HEAD', path })), [...placed, ...withText, ...always]);
    assert.deepEqual(await fields(scim.get('/Users')), ['x-request-id', ...withText, ...always]);
    const known = { 'if-none-match': String((await scim.get(path)).headers['etag']) };
    assert.deepEqual(await fields(scim.send({ method: 'GET', path, headers: known })), [...placed, ...always]);
    assert.deepEqual(await fields(scim.delete(path)), ['x-request-id', ...always]);
  });

  it('tell the id of their request, whatever they are', async () => {
    const path = `/Users/${await created(scim, '/Users', userBody('paula'))}`;
    const etag = String((await scim.get(path)).headers['etag']);
    const answers: [number, () => Promise<Reply>][] = [
      [304, () => scim.send({ method: 'GET', path, headers: { 'if-none-match': etag } })],
      [201, () => scim.post('/Users', userBody('peter'))],
      [200, () => scim.patch(path, { op: 'replace', value: { active: false } })],
      [200, () => scim.send({ method: 'HEAD', path: '/Users' })],
      [400, () => scim.post('/Users', {})],
      [401, () => served.as('wrong').get('/Users')],
      [404, () => scim.get('/Users/nobody_here')],
      [405, () => scim.post(path, {})],
      [415, () => scim.send({ method: 'POST', path: '/Users', raw: '{}', headers: { 'content-type': 'text/plain' } })],
      [204, () => scim.delete(path)],
    ];
    const ids = new Set<unknown>();
    for (const [status, answer] of answers) {
      const { status: told, headers } = await answer();
      assert.equal(told, status);
      assert.match(String(headers['x-request-id']), /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
      ids.add(headers['x-request-id']);
    }
    assert.equal(ids.size, answers.length);
  });
});
