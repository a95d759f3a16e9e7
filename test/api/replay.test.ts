import assert from 'node:assert/strict';
import { clock } from '../../src/platform/clock/clock.ts';
import { once } from '../../src/api/replay/once.ts';
import { ApiReplyTable } from '../../src/api/replay/reply.entity.ts';
import type { Signed } from '../../src/access/sigv4/verify.ts';
import { findGoodKey, setAccessKeyActive } from '../../src/access/keys/keys.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { signed } from '../support/signer.ts';
import { type Api, startApi } from './support.ts';

describeOnEachEngine('security check 32: a signed request that comes again', () => {
  let api: Api;
  let target: string;
  let userId: string;
  before(async () => {
    api = await startApi();
    userId = (await api.acme.member('ada', 'Pro')).id;
    target = `/accounts/${api.acme.scope.accountId}/users/${userId}?operation=logout`;
  });
  afterEach(() => clock.reset());
  after(() => api.stop());
  const epoch = (): Promise<number> => api.epochOf(userId);
  const logout = (...more: [string, string][]) =>
    signed({ method: 'POST', target, headers: api.headers(...more) }, api.acme.key);

  it('a read is answered again while its signature is good, and no longer', async () => {
    const get = signed({ method: 'GET', target: '/accounts', headers: api.headers() }, api.acme.key);
    assert.equal((await api.send(get)).status, 200);
    assert.equal((await api.send(get)).status, 200);
    clock.advance(302_000);
    assert.equal((await api.send(get)).error, 'RequestExpired');
  });

  it('a change of the same bytes is done once, also when eight come at once, and leaves one record', async () => {
    const before = await epoch();
    const records = (await api.records('LogoutUser')).length;
    const request = logout();
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.send(request)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([204]));
    assert.equal(await epoch(), before + 1);
    const made = (await api.records('LogoutUser')).slice(records);
    assert.equal(made.filter(({ readOnly }) => !readOnly).length, 1);
    assert.equal(made.filter(({ requestParameters }) => requestParameters?.['repeated'] === true).length, 7);
  });

  it('the same client token within a quarter of an hour is the same change, however it is signed', async () => {
    const before = await epoch();
    assert.equal((await api.send(logout(['X-Amz-Client-Token', 'one']))).status, 204);
    clock.advance(14 * 60_000);
    assert.equal((await api.send(logout(['X-Amz-Client-Token', 'one']))).status, 204);
    assert.equal(await epoch(), before + 1);
    clock.advance(2 * 60_000);
    assert.equal((await api.send(logout(['X-Amz-Client-Token', 'one']))).status, 204);
    assert.equal(await epoch(), before + 2);
    assert.equal((await api.send(logout(['X-Amz-Client-Token', 'two']))).status, 204);
    assert.equal(await epoch(), before + 3);
  });

  it('a client token that comes with another request is refused', async () => {
    const ben = await api.acme.member('ben', 'Pro');
    await api.send(logout(['X-Amz-Client-Token', 'three']));
    const other = target.replace(userId, ben.id);
    const headers = api.headers(['X-Amz-Client-Token', 'three']);
    const answer = await api.send(signed({ method: 'POST', target: other, headers }, api.acme.key));
    assert.equal(answer.status, 409);
    assert.equal(answer.error, 'ConflictException');
    assert.equal(await api.epochOf(ben.id), ben.epoch);
  });

  it('another key’s token of the same text is another token', async () => {
    const before = await epoch();
    await api.send(logout(['X-Amz-Client-Token', 'four']));
    const headers = api.headers(['X-Amz-Client-Token', 'four']);
    assert.equal((await api.send(signed({ method: 'POST', target, headers }, api.other.key))).status, 404);
    assert.equal(await epoch(), before + 1);
  });

  it('what was refused is not remembered: it is tried anew', async () => {
    const headers = api.headers(['X-Amz-Client-Token', 'five']);
    const carl = await api.acme.member('carl', 'Pro');
    const gone = target.replace(userId, carl.id);
    const { db } = api.house.ground;
    await db.write((m) => m.update(UserTable, { id: carl.id }, { deletedAt: 1 }));
    const request = signed({ method: 'POST', target: gone, headers }, api.acme.key);
    assert.equal((await api.send(request)).status, 404);
    await db.write((m) => m.update(UserTable, { id: carl.id }, { deletedAt: null }));
    assert.equal((await api.send(request)).status, 204);
  });

  it('an answer with content is kept sealed; a key that is turned off meanwhile changes nothing', async () => {
    const { ground } = api.house;
    const { accessKeyId, owner } = api.acme.key;
    const asked = { method: 'POST', accountId: null };
    const key = await findGoodKey(ground.db.read, accessKeyId);
    const request: Signed = {
      key: key!,
      target: { path: '/accounts', query: [] },
      headers: new Map(),
      body: Buffer.from('{}'),
      region: 'us-east-1',
      signature: 'f'.repeat(64),
    };
    const first = await once(ground, request, asked, async () => ({ status: 201, body: { Secret: 'tell nobody' } }));
    assert.equal(first.repeated, false);
    const rows = await ground.db.read.find(ApiReplyTable);
    assert.ok(!JSON.stringify(rows).includes('tell nobody'));
    const again = await once(ground, request, asked, () => assert.fail('it was done already'));
    assert.deepEqual(again, { reply: { status: 201, body: { Secret: 'tell nobody' } }, repeated: true });
    await setAccessKeyActive(ground, owner, accessKeyId, false);
    await assert.rejects(
      once(ground, { ...request, signature: 'e'.repeat(64) }, asked, () => assert.fail('the key is off')),
      { code: 'signature.unknownKey' },
    );
    await setAccessKeyActive(ground, owner, accessKeyId, true);
  });
});
