import assert from 'node:assert/strict';
import { KeyObject } from 'node:crypto';
import { createScimKey } from '../../../../src/directory/scim/keys/keys.ts';
import { deletePerson } from '../../../../src/users/lifecycle/people.ts';
import { eraseWhatIsDue } from '../../../../src/users/lifecycle/erase.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { keysForReading } from '../../../../src/trail/people/keys.ts';
import { sealValues } from '../../../../src/trail/people/values.ts';
import { openContents } from '../../../../src/directory/scim/inspector/content.ts';
import type { KeptRequest } from '../../../../src/directory/scim/inspector/request.entity.ts';
import { Inspector } from '../../../../src/directory/scim/inspector/inspector.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { until } from '../../../support/until.ts';
import { groupBody, patchSchema, type Served, serveScim, userBody } from '../support.ts';
import { kept, placesOf } from './support.ts';

describeOnEachEngine('the inspector is bounded, and keeps no secret', function () {
  this.timeout(120_000);
  let served: Served;
  beforeEach(async () => {
    served = await serveScim();
  });
  afterEach(async () => {
    clock.reset();
    await served.stop();
  });

  it('the last 1,000 of each key, also when they come in several batches', async () => {
    const { house, acme, keyId } = served;
    const other = await createScimKey(house.ground, acme.scope, { name: 'Other' });
    await served.as(other.token).get('/Users');
    await kept(served);
    const inspector = new Inspector(house.ground);
    const key = { ...other.key, id: keyId, name: 'Okta' };
    for (let i = 0; i < 2_150; i++) {
      const seen = inspector.begin(key, 'GET', new URL(`http://x/scim/v2/Users?count=${i}`));
      inspector.end(seen, { status: 200 });
      if (i % 400 === 0) await inspector.flush();
    }
    await inspector.stop();
    const counts = await house.ground.db.read.query<{ keyId: string; n: string | number }[]>(
      `SELECT "keyId", COUNT(*) AS "n" FROM "scim_requests" GROUP BY "keyId"`,
    );
    const of = new Map(counts.map((each) => [each.keyId, Number(each.n)]));
    assert.equal(of.get(other.key.id), 1);
    // What is beyond the last ones goes a hundred at a time, and is not shown until then.
    assert.ok(of.get(keyId)! >= 1_000 && of.get(keyId)! <= 1_100, String(of.get(keyId)));
    const all = await kept(served, { keyId, limit: 1_100 });
    assert.deepEqual([all[0]!.target, all.at(-1)!.target], ['/Users?count=2149', '/Users?count=1150']);
    assert.equal(all.length, 1_000);
  });

  it('no password, token or key is in any table, wherever it was sent', async () => {
    const { scim, house, token } = served;
    const secrets = ['hunter2-a', 'hunter2-b', 'hunter2-c', 'hunter2-d', 'hunter2-e', 'hunter2-f', 'hunter2-g', token];
    const { id } = (
      await scim.post('/Users', userBody('bob', { password: 'hunter2-a', 'urn:x:y': { apiToken: 'hunter2-b' } }))
    ).body;
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'password', value: 'hunter2-c' });
    await scim.patch(`/Users/${id}`, { op: 'replace', value: { Password: 'hunter2-d', nickName: `Bearer ${token}` } });
    await scim.get('/Users?filter=password%20eq%20%22hunter2-e%22');
    await scim.get(`/Users?access_token=hunter2-f&attributes=id`);
    await scim.send({ method: 'GET', path: '/Users', headers: { 'user-agent': `curl ${token}` } });
    await scim.get(`/Users/${token}`);
    await scim.send({
      method: 'POST',
      path: '/Bulk',
      body: { Operations: [{ method: 'POST', data: { password: 'hunter2-g' } }] },
    });
    await house.inspector.flush();
    await house.ground.trail.flush();
    const all = await kept(served);
    const text = JSON.stringify(all);
    for (const secret of secrets) assert.ok(!text.includes(secret), secret);
    assert.match(text, /\(left out\)/);
    const raw = await house.ground.db.read.query(`SELECT * FROM "scim_requests"`);
    for (const secret of secrets) assert.ok(!JSON.stringify(raw).includes(secret), secret);
  });

  it('a key that stands in an address is in no table: neither in the trail nor among the requests', async () => {
    const { scim, house, token } = served;
    const { id } = (await scim.post('/Users', userBody('bob'))).body;
    const escaped = token.replaceAll('_', '%5f').replace('carillon', '%63arillon');
    for (const path of [`/Users/${token}`, `/Users/${escaped}`, `/Groups/${token}`, `/${token}`, `/Schemas/${token}`])
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const { status } = await scim.send({ method, path, ...(method === 'PATCH' && { body: {} }) });
        assert.equal(status, 404, `${method} ${path}`);
      }
    await scim.send({ method: 'DELETE', path: `/Users/${id}/${token}` });
    await scim.get(`/Users?filter=userName%20eq%20%22${token}%22`);
    const Operations = [{ method: 'DELETE', path: `/Users/${token}` }];
    await scim.send({ method: 'POST', path: '/Bulk', body: { Operations } });
    await house.inspector.flush();
    await house.ground.trail.flush();
    assert.deepEqual(await placesOf(house, [token, escaped, token.slice(14)]), []);
    const all = JSON.stringify(await kept(served));
    for (const secret of [token, escaped]) assert.ok(!all.includes(secret), secret);
  });

  it('a flood of requests beyond the rate is counted in one line', async () => {
    await served.stop();
    served = await serveScim({ scimRate: 3 });
    const { scim } = served;
    const statuses = await Promise.all(Array.from({ length: 40 }, async () => (await scim.get('/Users')).status));
    const refused = statuses.filter((status) => status === 429).length;
    assert.ok(refused > 10);
    const lines = (await kept(served)).filter(({ status }) => status === 429);
    assert.deepEqual([lines.length, lines[0]!.times], [1, refused]);
    const more = await Promise.all(Array.from({ length: 20 }, async () => (await scim.get('/Users')).status));
    const again = more.filter((status) => status === 429).length;
    const [line, ...others] = (await kept(served)).filter(({ status }) => status === 429);
    assert.deepEqual([others.length, line!.times], [0, refused + again]);
  });

  it('what tells of people is sealed, and goes with whoever is erased', async () => {
    const { scim, house } = served;
    const tells = ['rosa.rogue', 'rosarogue'];
    await scim.get('/Users?filter=userName%20eq%20%22rosa.rogue%40acme.example%22');
    const body = userBody('rosa.rogue', { displayName: 'Rosa Rosarogue' });
    const { id } = (await scim.post('/Users', body)).body;
    await scim.post('/Users', body);
    await scim.get('/Users?filter=userName%20eq%20%22rosa.rogue%40acme.example%22');
    await scim.get('/Users/rosa.rogue@acme.example');
    const group = groupBody('Sales');
    const members = [{ value: id, display: 'rosa.rogue@acme.example' }];
    await scim.post('/Groups', { ...group, members });
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'nonsense.x', value: 'rosarogue' });
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'displayName', value: 'Rosarogue' });
    assert.equal((await kept(served, { who: 'rosa' })).length, 8);
    assert.ok(!(await placesOf(house, tells)).some((place) => place.startsWith('scim_requests')), 'it is sealed');
    const user = (await house.ground.db.read.findOneBy(UserTable, { id }))!;
    await house.ground.db.write((m) => deletePerson(house.ground, m, user));
    clock.advance((house.ground.config.keepDeletedDays + 1) * 86_400_000);
    await until(() => eraseWhatIsDue(house.ground, house.upstairs));
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'displayName', value: 'Rosarogue' });
    await house.ground.trail.flush();
    assert.deepEqual(await placesOf(house, tells), []);
    const all = await kept(served);
    for (const tell of tells) assert.ok(!JSON.stringify(all).toLowerCase().includes(tell), `${tell} is told still`);
    assert.equal(all.filter(({ isErased }) => isErased).length, 8);
  });

  it('what the release before has sealed is read as ever, and nothing that was moved or altered is', async () => {
    const { scim, house } = served;
    await scim.post('/Users', userBody('old.rosa'));
    await scim.post('/Users', userBody('new.rosa'));
    const [newer, older] = await kept(served);
    const { db, seal } = house.ground;
    const [, row] = await db.read.query<KeptRequest[]>(`SELECT * FROM "scim_requests" ORDER BY "id" DESC`);
    const [before] = await openContents(db.read, seal, [row!]);
    const key = (await keysForReading(db.read, seal, [row!.person!])).get(row!.person!);
    const values = [JSON.stringify(before!.content)];
    assert.ok(key instanceof KeyObject);
    const { part, sealed } = sealValues(key, row!.id, row!.person!, { paths: [['content']], values });
    const former = { ...row!, digest: part.digest, sealed };
    const wrong = [
      { ...row!, id: newer!.id },
      { ...row!, sealed: `${row!.sealed!.slice(0, -4)}AAAA` },
      { ...row!, sealed },
      { ...former, digest: 'another' },
      { ...former, digest: null },
      { ...former, id: newer!.id },
    ];
    const [opened, ...unopened] = await openContents(db.read, seal, [former, ...wrong]);
    assert.deepEqual([opened!.content, opened!.isErased], [before!.content, false]);
    assert.equal(older!.name, 'old.rosa@acme.example');
    for (const each of unopened) assert.deepEqual([each.content, each.isErased], [{}, true]);
  });

  it('a connection that goes takes them along, and what comes late keeps nobody from being served', async () => {
    const { scim, house, acme } = served;
    await scim.get('/Users');
    await house.ground.db.write((m) => m.query(`DELETE FROM "scim_keys"`));
    await house.inspector.flush();
    assert.deepEqual(await kept(served), []);
    const { token } = await createScimKey(house.ground, acme.scope, { name: 'Next' });
    await served
      .as(token)
      .send({ method: 'PATCH', path: '/Users/x', body: { schemas: [patchSchema], Operations: [] } });
    assert.equal((await kept(served)).length, 1);
    await house.ground.db.write((m) => m.query(`DELETE FROM "connections"`));
    assert.deepEqual(await kept(served), []);
  });

  it('what was noted is written at a graceful stop', async () => {
    const { house, keyId, acme } = served;
    const { key } = await createScimKey(house.ground, acme.scope, { name: 'Other' });
    const inspector = new Inspector(house.ground);
    inspector.end(inspector.begin({ ...key, id: keyId }, 'GET', new URL('http://x/scim/v2/Schemas')), { status: 200 });
    await inspector.stop();
    assert.equal((await kept(served)).length, 1);
  });
});
