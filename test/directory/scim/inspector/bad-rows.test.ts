import assert from 'node:assert/strict';
import { Inspector } from '../../../../src/directory/scim/inspector/inspector.ts';
import type { Ground } from '../../../../src/trail/ground.ts';
import { TrailRecordTable } from '../../../../src/trail/record.entity.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { type Served, serveScim, userBody } from '../support.ts';
import { kept } from './support.ts';

describeOnEachEngine('a request that the database would not take', function () {
  this.timeout(60_000);
  let served: Served;
  const warned: unknown[] = [];
  /** The same ground, that tells what it warns of. */
  const listening = (ground: Ground): Ground => {
    const log = Object.create(ground.log) as Ground['log'];
    log.warn = (...said: unknown[]) => void warned.push(said);
    return new Proxy(ground, { get: (from, name) => (name === 'log' ? log : Reflect.get(from, name)) as unknown });
  };
  beforeEach(async () => {
    warned.length = 0;
    served = await serveScim();
  });
  afterEach(() => served.stop());

  it('is kept without its NUL, beside all others, and nothing is in the log', async () => {
    const { scim, house, keyId, acme } = served;
    await acme.person('ann');
    const asked = '/Users?filter=userName%20eq%20%22a%00b%40acme.example%22';
    assert.equal((await scim.get(asked)).status, 400);
    assert.equal((await scim.post('/Users', userBody('a\u0000b'))).status, 400);
    assert.equal((await scim.get('/Users/a%00b@acme.example')).status, 404);
    assert.equal((await scim.get('/Users')).status, 200);
    assert.deepEqual(
      (await kept(served)).map(({ method, status, target, name }) => [method, status, target, name]),
      [
        ['GET', 200, '/Users', null],
        ['GET', 404, '/Users/a%00b@acme.example', null],
        ['POST', 400, '/Users', 'a\u{fffd}b@acme.example'],
        ['GET', 400, '/Users?filter=userName eq "a\u{fffd}b@acme.example"', null],
      ],
    );
    const inspector = new Inspector(listening(house.ground));
    const key = { ...acme.scope, id: keyId } as never;
    const url = new URL(`http://x/scim/v2${asked}`);
    inspector.end(inspector.begin(key, 'GET', url), { status: 200 });
    await inspector.stop();
    assert.deepEqual(warned, []);
  });

  it('loses no other one of its batch', async () => {
    const { house, keyId, acme } = served;
    const inspector = new Inspector(listening(house.ground));
    const key = { ...acme.scope, id: keyId } as never;
    for (const count of [1, 2, 3]) {
      const seen = inspector.begin(key, 'GET', new URL(`http://x/scim/v2/Users?count=${count}`));
      if (count === 2) seen.row = () => assert.fail('it cannot be written');
      inspector.end(seen, { status: 200 });
    }
    await inspector.stop();
    assert.deepEqual((await kept(served)).map(({ target }) => target).toSorted(), ['/Users?count=1', '/Users?count=3']);
    assert.equal(warned.length, 2);
  });

  it('is in the trail with all others', async () => {
    const { scim, house } = served;
    await scim.get('/Users?filter=userName%20eq%20%22a%00b%22');
    house.ground.trail.observed({ eventName: 'GetAccount', organisationId: null, accountId: 'a\0b' });
    house.ground.trail.observed({ eventName: 'GetUser', organisationId: null, requestParameters: { userId: 'a\0b' } });
    await house.ground.trail.flush();
    const records = await house.ground.db.read.findBy(TrailRecordTable, {});
    assert.ok(records.some(({ errorCode }) => errorCode === 'BadRequestException'));
    assert.ok(records.some(({ accountId }) => accountId === 'a\u{fffd}b'));
    assert.ok(records.some(({ eventName }) => eventName === 'GetUser'));
  });
});
