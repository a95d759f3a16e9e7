import assert from 'node:assert/strict';
import { createScimKey, revokeScimKey } from '../../src/directory/scim/keys/keys.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { type Served, serveScim, userBody } from '../directory/scim/support.ts';
import { runCommand } from '../support/command.ts';

describeOnEachEngine('carillon scim-key requests, request and replay', function () {
  this.timeout(60_000);
  let served: Served;
  let id: string;
  before(async () => {
    served = await serveScim();
    const { scim, house, acme } = served;
    id = (await scim.post('/Users', userBody('bob', { displayName: 'Bob' }))).body.id;
    await scim.post('/Users', userBody('bob'));
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'displayName', value: 'Robert' });
    const other = await createScimKey(house.ground, acme.scope, { name: 'Old' });
    await served.as(other.token).get('/Schemas');
    await revokeScimKey(house.ground, acme.scope, other.key.id);
    await house.inspector.flush();
  });
  after(() => served.stop());

  const run = (...words: string[]) =>
    runCommand(served.house.ground.config, [
      'scim-key',
      ...words,
      '--organisation',
      served.acme.scope.organisationId,
      '--account',
      'Acme',
    ]);
  // eslint-disable-next-line typescript/no-explicit-any -- a test reads what it expects
  const json = async (...words: string[]): Promise<any> => {
    const ran = await run(...words, '--json');
    assert.equal(ran.status, 0, ran.stderr);
    return ran.json();
  };
  type Listed = { scimRequests: { id: string; method: string; status: number }[] };
  const lines = async (...words: string[]): Promise<string[]> =>
    ((await json('requests', ...words)) as Listed).scimRequests.map(({ method, status }) => `${method} ${status}`);

  it('lists by key, also one that was revoked, by outcome and by person', async () => {
    assert.deepEqual(await lines('Okta'), ['PATCH 200', 'POST 409', 'POST 201']);
    assert.deepEqual(await lines('Old'), ['GET 200']);
    assert.deepEqual(await lines('--failed'), ['POST 409']);
    assert.deepEqual(await lines('--user', 'bob@acme.example', '--method', 'patch'), ['PATCH 200']);
    assert.deepEqual(await lines('--limit', '1'), ['GET 200']);
    const table = await run('requests', 'Okta');
    assert.match(table.stdout, /409 uniqueness +POST \/Users +bob@acme\.example/);
    assert.equal((await run('requests', 'Nobody')).status, 3);
  });

  it('shows one with what it changed and sent', async () => {
    const [patch] = ((await json('requests', '--method', 'PATCH')) as Listed).scimRequests;
    const shown = await run('request', patch!.id);
    assert.match(shown.stdout, /Display name: Bob → Robert/);
    assert.match(shown.stdout, /"path": "displayName"/);
    assert.equal((await json('request', patch!.id)).subject.id, id);
    assert.equal((await run('request', 'nonsense')).status, 3);
  });

  it('replays only after showing what that does, and with a yes', async () => {
    const { scim, house } = served;
    const [patch] = ((await json('requests', '--method', 'PATCH')) as Listed).scimRequests;
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'displayName', value: 'Bobby' });
    const asked = await run('replay', patch!.id);
    assert.equal(asked.status, 4);
    assert.match(asked.stderr, /It was changed after this request[\s\S]*Display name: Bobby → Robert/);
    const done = await run('replay', patch!.id, '--yes');
    assert.equal(done.status, 0, done.stderr);
    assert.equal((await house.ground.db.read.findOneBy(UserTable, { id }))?.displayName, 'Robert');
    const [create] = ((await json('requests', '--failed')) as Listed).scimRequests;
    const refused = await run('replay', create!.id, '--yes');
    assert.deepEqual([refused.status, /409/.test(refused.stderr)], [1, true], refused.stderr);
  });
});
