import assert from 'node:assert/strict';
import { request } from 'node:http';
import { join } from 'node:path';
import { endingOf, readExpiry } from '../../../src/directory/scim/keys/expiry.ts';
import { createScimKey, listScimKeys, revokeScimKey } from '../../../src/directory/scim/keys/keys.ts';
import { rotateScimKey } from '../../../src/directory/scim/keys/rotate.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { startTestCarillon, type TestCarillon } from '../../support/carillon.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { testFolder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';
import { type Request, type Scim, type Served, serveScim, userBody } from './support.ts';

const hour = 60 * 60 * 1000;

describe('the end of a SCIM key', () => {
  const now = Date.parse('2030-02-10T12:00:00Z');
  it('is the end of a day, or a time', () => {
    assert.equal(readExpiry('2030-02-10', now), Date.parse('2030-02-11T00:00:00Z'));
    assert.equal(readExpiry(' 2030-03-01T09:00+02:00 ', now), Date.parse('2030-03-01T07:00:00Z'));
    for (const none of [undefined, null, '']) assert.equal(readExpiry(none, now), null);
  });
  it('is to come, and a day that there is', () => {
    for (const wrong of ['2030-02-09', '2030-02-10T12:00:00Z', '2030-02-31', 'soon', '2030-3-1', '20300301', 5, {}])
      assert.throws(() => readExpiry(wrong, now), { code: 'scimKey.expiryInvalid', field: 'expires' });
  });
  it('is soon for a month before it', () => {
    const at = (expiresAt: number | null): string => endingOf({ expiresAt }, now);
    assert.deepEqual(
      [at(null), at(now), at(now + 1), at(now + 30 * 24 * hour), at(now + 31 * 24 * hour)],
      ['none', 'over', 'soon', 'soon', 'far'],
    );
  });
});

describeOnEachEngine('security check 22: SCIM keys', (engine) => {
  const folder = testFolder();
  const shared = { databaseUrl: join(folder, 'shared.db'), certsDir: join(folder, 'certs') };
  let served: Served;
  /** Another process's server on the same database: nothing but that is shared. */
  let other: TestCarillon;
  before(async () => {
    served = await serveScim(shared);
    other = await startTestCarillon({ ...shared, publicUrl: 'http://localhost:3000' });
  });
  after(async () => {
    clock.reset();
    await other.stop();
    await served.stop();
  });
  afterEach(() => clock.reset());

  const statuses = async (...clients: Scim[]): Promise<number[]> =>
    Promise.all(clients.map(async (scim) => (await scim.get('/Users?count=0')).status));
  const there = async (token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${other.url}/scim/v2/Users?count=0`, { headers })).status;
  };
  const make = (expires?: string) =>
    createScimKey(served.house.ground, served.acme.scope, { name: 'Okta', ...(expires && { expires }) });

  it('are refused on the next request after a revocation, here and by another server', async () => {
    const { house, acme } = served;
    const { key, token } = await make();
    for (let i = 0; i < 3; i++)
      assert.deepEqual([await there(token), ...(await statuses(served.as(token)))], [200, 200]);
    await revokeScimKey(house.ground, acme.scope, key.id);
    assert.deepEqual([await there(token), ...(await statuses(served.as(token)))], [401, 401]);
  });

  if (engine === 'postgres') {
    it('are refused also before another process has said that they were revoked, whatever is asked, and change nothing', async () => {
      const { house, as, scim } = served;
      const present = await scim.post('/Users', userBody('present'));
      const bulk = { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations: [] };
      const asked: Request[] = [
        { method: 'GET', path: `/Users/${present.body.id}` },
        { method: 'GET', path: '/Users/nobody' },
        { method: 'GET', path: '/Users?filter=userName+eq+%22present@acme.example%22' },
        { method: 'GET', path: '/Users?filter=nonsense' },
        { method: 'GET', path: '/Schemas' },
        { method: 'PUT', path: '/Schemas', body: {} },
        { method: 'GET', path: '/Me' },
        { method: 'POST', path: '/Users', body: userBody('absent') },
        { method: 'POST', path: '/Users', raw: '{' },
        { method: 'POST', path: '/Users/.search', body: {} },
        { method: 'POST', path: '/Bulk', body: bulk },
        { method: 'DELETE', path: `/Users/${present.body.id}` },
        { method: 'DELETE', path: '/Users/nobody' },
      ];
      for (const one of asked) {
        const { key, token } = await make();
        assert.equal((await as(token).get('/Users?count=0')).status, 200, 'it is remembered');
        // As a process does it of whom nothing was heard yet.
        await house.ground.db.write((m) =>
          rows(m, sql`UPDATE "scim_keys" SET "revokedAt" = ${clock.now()} WHERE "id" = ${key.id}`),
        );
        assert.equal((await as(token).send(one)).status, 401, `${one.method} ${one.path}`);
        assert.equal((await as(token).send(one)).status, 401, `${one.method} ${one.path} again`);
      }
      assert.equal((await scim.get(`/Users/${present.body.id}`)).status, 200);
      assert.equal((await scim.get('/Users?filter=userName+eq+%22absent@acme.example%22')).body['totalResults'], 0);
    });
  }

  it('are asked for once more when the body of a search has come', async () => {
    const { house, acme } = served;
    const { hostname, port, pathname } = new URL(served.baseUrl);
    const body = JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] });
    const search = async (path: string, revoked: boolean): Promise<number> => {
      const { key, token } = await make();
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/scim+json',
        'content-length': Buffer.byteLength(body),
      };
      const sent = request({ hostname, port, path: pathname + path, method: 'POST', headers, agent: false });
      const answered = new Promise<number>((resolve, reject) => {
        sent.on('response', (response) => resolve(response.resume().statusCode ?? 0));
        sent.on('error', reject);
      });
      sent.write(body.slice(0, 10));
      await until(async () => {
        const keys = await listScimKeys(house.ground.db.read, acme.scope.accountId);
        return keys.find(({ id }) => id === key.id)?.lastUsedAt != null;
      });
      if (revoked) await revokeScimKey(house.ground, acme.scope, key.id);
      sent.end(body.slice(10));
      return answered;
    };
    for (const path of ['/Users/.search', '/.search'])
      assert.deepEqual([await search(path, false), await search(path, true)], [200, 401], path);
  });

  it('are refused from their end on', async () => {
    const { house, acme } = served;
    const { token, key } = await make(new Date(clock.now() + 2 * hour).toISOString());
    assert.deepEqual([await there(token), ...(await statuses(served.as(token)))], [200, 200]);
    clock.advance(2 * hour + 1);
    assert.deepEqual([await there(token), ...(await statuses(served.as(token)))], [401, 401]);
    const listed = await listScimKeys(house.ground.db.read, acme.scope.accountId);
    assert.equal(listed.find(({ id }) => id === key.id)?.expiresAt, key.expiresAt, 'and are still shown');
  });

  it('are replaced without a gap: both are taken until the old one ends', async () => {
    const { house, acme } = served;
    const first = await make();
    const second = await rotateScimKey(house.ground, acme.scope, first.key.id, { overlap: '48' });
    assert.deepEqual([second.key.name, second.key.connectionId], ['Okta', acme.scope.connectionId]);
    assert.notEqual(second.token, first.token);
    assert.deepEqual(await statuses(served.as(first.token), served.as(second.token)), [200, 200]);
    clock.advance(48 * hour - 60_000);
    assert.deepEqual(await statuses(served.as(first.token), served.as(second.token)), [200, 200]);
    clock.advance(61_000);
    assert.deepEqual(await statuses(served.as(first.token), served.as(second.token)), [401, 200]);
    assert.deepEqual([await there(first.token), await there(second.token)], [401, 200]);
  });

  it('are replaced at once, where somebody else has them', async () => {
    const { house, acme } = served;
    const first = await make();
    const second = await rotateScimKey(house.ground, acme.scope, first.key.id, { overlap: 0, name: 'Okta 2' });
    assert.deepEqual(await statuses(served.as(first.token), served.as(second.token)), [401, 200]);
    assert.equal(second.key.name, 'Okta 2');
  });

  it('keep an end that comes before the overlap is over', async () => {
    const { house, acme } = served;
    const first = await make(new Date(clock.now() + hour).toISOString());
    const { old } = await rotateScimKey(house.ground, acme.scope, first.key.id, { overlap: 24 });
    assert.equal(old.expiresAt, first.key.expiresAt);
  });

  it('are not replaced when they are over, another account’s, or the overlap is no number of hours', async () => {
    const { house, acme } = served;
    const { key } = await make(new Date(clock.now() + hour).toISOString());
    const rotate = (input: object, id = key.id, scope: object = acme.scope) =>
      rotateScimKey(house.ground, scope as typeof acme.scope, id, input);
    for (const overlap of ['-1', '1.5', '2161', 'ever'])
      await assert.rejects(rotate({ overlap }), { code: 'scimKey.overlapInvalid', field: 'overlap' });
    await assert.rejects(rotate({ expires: 'never' }), { code: 'scimKey.expiryInvalid' });
    await assert.rejects(rotate({ name: 'a\nb' }), { code: 'scimKey.nameInvalid' });
    await assert.rejects(rotate({}, 'nobody'), { code: 'scimKey.notFound' });
    await assert.rejects(rotate({}, key.id, { ...acme.scope, accountId: 'other' }), { code: 'scimKey.notFound' });
    clock.advance(hour);
    await assert.rejects(rotate({}), { code: 'scimKey.notFound' });
  });
});
