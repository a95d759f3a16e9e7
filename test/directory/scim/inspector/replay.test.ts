import assert from 'node:assert/strict';
import { revokeScimKey } from '../../../../src/directory/scim/keys/keys.ts';
import { previewReplay, replayRequest } from '../../../../src/directory/scim/inspector/replay/replay.ts';
import { deleteConnection } from '../../../../src/auth/connectors/openid/disconnect.ts';
import { mapGroup } from '../../../../src/directory/groups/mappings.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import { TrailRecordTable } from '../../../../src/trail/record.entity.ts';
import { signIn } from '../../../cli/support.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { asAdministrator, administratorId } from '../../../trail/support.ts';
import { groupBody, patchSchema, type Served, serveScim, userBody } from '../support.ts';
import { kept } from './support.ts';

describeOnEachEngine('a request is replayed', function () {
  this.timeout(60_000);
  let served: Served;
  beforeEach(async () => {
    served = await serveScim();
  });
  afterEach(async () => {
    clock.reset();
    await served.stop();
  });

  const asAda = <T>(work: () => T): T => asAdministrator(served.acme.scope.organisationId, work);
  const preview = (id: string) => asAda(() => previewReplay(served.house.ground, served.acme.scope, id));
  const replay = (id: string, token: string | null) =>
    asAda(() => replayRequest(served.house.ground, served.acme.scope, id, token ?? ''));
  const last = async (): Promise<string> => (await kept(served))[0]!.id;
  /** Everything that a replay could leave, but what is noted of replays themselves. */
  const everything = async (): Promise<unknown[]> => {
    const { db, trail } = served.house.ground;
    await trail.flush();
    const tables = ['users', 'user_causes', 'user_addresses', 'directory_groups', 'group_members', 'outbox'];
    const all = tables.map((table) => db.read.query(`SELECT * FROM "${table}" ORDER BY 1, 2`));
    const records = await db.read.find(TrailRecordTable, { select: { id: true }, order: { id: 'ASC' } });
    return [...(await Promise.all(all)), records];
  };

  it('a patch: its effect is shown and nothing is done, then it is done, with a record of who and of what', async () => {
    const { scim, house } = served;
    const { id } = (await scim.post('/Users', userBody('bob'))).body;
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'displayName', value: 'Bob' });
    const request = await last();
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'displayName', value: 'Robert' });
    await kept(served);
    const before = await everything();
    const { effect, token, changedSince } = await preview(request);
    assert.deepEqual(effect, {
      status: 200,
      became: 'changed',
      differences: [{ attribute: 'displayName', before: 'Robert', after: 'Bob' }],
      moved: null,
      putOut: 0,
      refusal: null,
    });
    assert.ok(changedSince, 'it is told that the user was changed after the request');
    assert.deepEqual(await everything(), before, 'looking changes nothing, and leaves no record');
    assert.deepEqual(await replay(request, token), effect);
    assert.equal((await scim.get(`/Users/${id}`)).body['displayName'], 'Bob');
    await house.ground.trail.flush();
    const records = await house.ground.db.read.find(TrailRecordTable, { where: { eventName: 'UpdateUser' } });
    assert.equal(records.length, 3, 'one request, one record');
    const { identity, requestParameters } = records.find((record) => record.requestParameters?.['replayOf'])!;
    assert.deepEqual(
      [identity.type, identity.principalId, requestParameters?.['replayOf'], requestParameters?.['userId']],
      ['Administrator', administratorId, request, id],
    );
  });

  it('with everything that was sent, also what looks as if it had been left out', async () => {
    const { scim } = served;
    const { id } = (await scim.post('/Users', userBody('bob'))).body;
    await scim.patch(
      `/Users/${id}`,
      { op: 'replace', path: 'password', value: 'hunter2-a' },
      { op: 'Replace', Path: 'Password', Value: 'hunter2-b' },
      { op: 'replace', path: 'title', value: '(left out)' },
    );
    const request = await last();
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Clerk' });
    const { effect, token } = await preview(request);
    assert.deepEqual(effect.differences, [{ attribute: 'title', before: 'Clerk', after: '(left out)' }]);
    await replay(request, token);
    assert.equal((await scim.get(`/Users/${id}`)).body['title'], '(left out)');
  });

  it('is refused when the user has changed since the effect was shown, and changes nothing', async () => {
    const { scim } = served;
    const { id } = (await scim.post('/Users', userBody('bob'))).body;
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'displayName', value: 'Bob' });
    const request = await last();
    const { token } = await preview(request);
    clock.advance(10);
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Chief' });
    await kept(served);
    const before = await everything();
    await assert.rejects(replay(request, token), { code: 'scimRequest.changedSince' });
    const after = await everything();
    assert.deepEqual(after.slice(0, -1), before.slice(0, -1));
  });

  it('of two confirmations at once only one is done', async () => {
    const { scim, acme } = served;
    const ann = await acme.person('ann');
    const { id } = (await scim.post('/Groups', groupBody('Sales', [ann.id]))).body;
    await scim.patch(`/Groups/${id}`, { op: 'remove', path: `members[value eq "${ann.id}"]` });
    await scim.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: ann.id }] });
    const request = (await kept(served))[1]!.id;
    const { token, effect } = await preview(request);
    assert.deepEqual([effect.moved?.removed, effect.status], [1, 204]);
    const done = await Promise.allSettled([replay(request, token), replay(request, token)]);
    assert.deepEqual(done.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  });

  it('a create of somebody who is there would be a 409, and there is nothing to confirm', async () => {
    const { scim } = served;
    await scim.post('/Users', userBody('bob'));
    const { effect, token } = await preview(await last());
    assert.deepEqual([effect.status, effect.refusal?.scimType, token], [409, 'uniqueness', null]);
    await assert.rejects(replay(await last(), token), { code: 'scimRequest.effectInvalid' });
  });

  it('a create that was deleted since makes a new person, once', async () => {
    const { scim, house } = served;
    const body = userBody('bob', { displayName: 'Bob', password: 'correct horse battery' });
    const { id } = (await scim.post('/Users', body)).body;
    const request = await last();
    await scim.delete(`/Users/${id}`);
    const { effect, token } = await preview(request);
    assert.deepEqual([effect.became, effect.status], ['created', 201]);
    await replay(request, token);
    await assert.rejects(replay(request, token), { code: 'scimRequest.changedSince' });
    const all = await house.ground.db.read.findBy(UserTable, { userNameKey: 'bob@acme.example' });
    assert.deepEqual(all.map(({ deletedAt, displayName }) => `${deletedAt === null} ${displayName}`).toSorted(), [
      'false Bob',
      'true Bob',
    ]);
  });

  it('says whom it would put out, before anybody is', async () => {
    const { scim, acme, house } = served;
    const ann = await acme.person('ann');
    const { id } = (await scim.post('/Groups', groupBody('Pro people', [ann.id]))).body;
    await mapGroup(house.ground, acme.scope, { groupName: 'Pro people', tier: 'Pro' });
    await scim.put(`/Groups/${id}`, groupBody('Pro people', []));
    const request = await last();
    await scim.put(`/Groups/${id}`, groupBody('Pro people', [ann.id]));
    const token = await signIn(house, (await house.ground.db.read.findOneBy(UserTable, { id: ann.id }))!);
    const shown = await preview(request);
    assert.deepEqual([shown.effect.putOut, shown.effect.moved?.removed], [1, 1]);
    assert.equal((await house.sessions.check(token, 'user')).in, true, 'she is in as she was');
    await replay(request, shown.token);
    assert.equal((await house.sessions.check(token, 'user')).in, false);
  });

  it('is done for a revoked key, not for a directory that is gone', async () => {
    const { scim, acme, house, keyId } = served;
    const { id } = (await scim.post('/Users', userBody('bob'))).body;
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: 'False' });
    const request = await last();
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: 'True' });
    await revokeScimKey(house.ground, acme.scope, keyId);
    const { effect, token } = await preview(request);
    assert.deepEqual(effect.differences, [{ attribute: 'active', before: 'true', after: 'false' }]);
    await replay(request, token);
    await deleteConnection(house.ground, acme.scope, 'ada');
    await assert.rejects(preview(request), { code: 'scimRequest.notFound' });
  });

  it('is refused to other accounts and organisations, to others than saw its effect, and after a while', async () => {
    const { scim, acme, house } = served;
    const { id } = (await scim.post('/Users', userBody('bob'))).body;
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'displayName', value: 'Bob' });
    const request = await last();
    const { token } = await preview(request);
    for (const scope of [
      { ...acme.scope, accountId: 'other' },
      { ...acme.scope, organisationId: '123456789012' },
    ]) {
      await assert.rejects(previewReplay(house.ground, scope, request), { code: 'scimRequest.notFound' });
      await assert.rejects(replayRequest(house.ground, scope, request, token!), { code: 'scimRequest.notFound' });
    }
    await assert.rejects(replayRequest(house.ground, acme.scope, request, token!), {
      code: 'scimRequest.effectInvalid',
    });
    await assert.rejects(replay(request, 'nonsense'), { code: 'scimRequest.effectInvalid' });
    clock.advance(16 * 60_000);
    await assert.rejects(replay(request, token), { code: 'scimRequest.effectInvalid' });
  });

  it('reads, and what was not kept whole, are not replayed', async () => {
    const { scim, acme } = served;
    const ann = await acme.person('ann');
    await scim.get(`/Users/${ann.id}`);
    await assert.rejects(preview(await last()), { code: 'scimRequest.readsNothing' });
    await scim.send({ method: 'PATCH', path: `/Users/${ann.id}`, raw: '{"broken' });
    await assert.rejects(preview(await last()), { code: 'scimRequest.bodyMissing' });
    const large = { schemas: [patchSchema], Operations: [{ op: 'add', value: { unknown: 'x'.repeat(40_000) } }] };
    await scim.send({ method: 'PATCH', path: `/Users/${ann.id}`, body: large });
    const [cut] = await kept(served);
    assert.equal(cut!.bodyState, 'cut');
    assert.ok(JSON.stringify(cut!.body).length < 33_000);
    await assert.rejects(preview(cut!.id), { code: 'scimRequest.bodyMissing' });
  });
});
