import assert from 'node:assert/strict';
import { createScimKey } from '../../src/directory/scim/keys/keys.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { type Answer, signed } from '../support/signer.ts';
import { type Api, type Key, startApi } from './support.ts';

interface Shown {
  ScimRequests: Record<string, any>[]; // eslint-disable-line typescript/no-explicit-any -- a test reads what it expects
  NextToken?: string;
  ScimRequest: Record<string, unknown>;
  Effect: Record<string, unknown>;
  EffectToken: string;
  ChangedSince?: string;
}

const json = ({ body }: Answer): Shown => JSON.parse(body) as Shown;

describeOnEachEngine('administration API: what a directory sent', function () {
  this.timeout(60_000);
  let api: Api;
  let requests: string;
  let userId: string;
  before(async () => {
    api = await startApi();
    requests = `/accounts/${api.acme.scope.accountId}/scim-requests`;
    const { token } = await createScimKey(api.house.ground, api.acme.scope, { name: 'Okta' });
    userId = (await api.acme.person('ann')).id;
    const push = (displayName: string): Promise<Response> =>
      fetch(`${api.url}/scim/v2/Users/${userId}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
        body: JSON.stringify({
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: [{ op: 'replace', path: 'displayName', value: displayName }],
        }),
      });
    for (const name of ['First', 'Second', 'Third']) assert.equal((await push(name)).status, 200);
    await api.house.inspector.flush();
  });
  after(() => api.stop());

  const get = (target: string, key = api.acme.key): Promise<Answer> => api.call(key, 'GET', target);
  const post = (target: string, body: object | null, key: Key = api.acme.key): Promise<Answer> =>
    api.send(
      signed({ method: 'POST', target, headers: api.headers(), ...(body && { body: JSON.stringify(body) }) }, key),
    );
  const ids = async (): Promise<string[]> =>
    json(await get(requests)).ScimRequests.map(({ ScimRequestId }) => String(ScimRequestId));

  it('is listed by page and filter, without content', async () => {
    const first = json(await get(`${requests}?max-results=2`));
    assert.deepEqual(
      first.ScimRequests.map(({ Differences }) => Differences[0].After),
      ['Third', 'Second'],
    );
    assert.ok(!('Content' in first.ScimRequests[0]!));
    const next = await get(`${requests}?max-results=2&next-token=${encodeURIComponent(first.NextToken ?? '')}`);
    assert.equal(json(next).ScimRequests[0]!['SubjectName'], 'ann@acme.example');
    const about = `${requests}?who=${encodeURIComponent('ann@acme.example')}`;
    assert.equal(json(await get(`${about}&method=PATCH&outcome=done`)).ScimRequests.length, 3);
    assert.equal(json(await get(`${about}&status=409`)).ScimRequests.length, 0);
    assert.equal((await get(`${requests}?status=none`)).status, 400);
    const [record] = (await api.records('ListScimRequests')).filter(
      ({ requestParameters }) => requestParameters?.['who'],
    );
    assert.equal(record?.personal?.[0]?.person, userId, 'whom one looked for is kept as theirs');
  });

  it('is shown, previewed and replayed once', async () => {
    const id = (await ids())[1]!;
    const { ScimRequest } = json(await get(`${requests}/${id}`));
    assert.deepEqual(
      [ScimRequest['Method'], ScimRequest['ContentState'], ScimRequest['Replayable']],
      ['PATCH', 'whole', true],
    );
    const preview = json(await post(`${requests}/${id}?operation=preview-replay`, null));
    assert.deepEqual(preview.Effect, {
      Status: 200,
      Became: 'changed',
      Differences: [{ Attribute: 'displayName', Before: 'Third', After: 'Second' }],
      PutOut: 0,
    });
    const body = { EffectToken: preview.EffectToken };
    const done = await post(`${requests}/${id}?operation=replay`, body);
    assert.equal(done.status, 204, done.body);
    const [record] = (await api.records('UpdateUser')).filter(
      ({ requestParameters }) => requestParameters?.['replayOf'],
    );
    assert.deepEqual(
      [record?.requestParameters?.['replayOf'], record?.identity.type, record?.identity.accessKeyId],
      [id, 'Administrator', api.acme.key.accessKeyId],
    );
    const again = await api.send(
      signed(
        {
          method: 'POST',
          target: `${requests}/${id}?operation=replay`,
          headers: api.headers(['X-Amz-Client-Token', 'another']),
          body: JSON.stringify(body),
        },
        api.acme.key,
      ),
    );
    assert.equal(again.status, 409, again.body);
    assert.equal((await api.records('ReplayScimRequest')).length, 1, 'the refusal has one record');
  });

  it('is nobody else’s', async () => {
    const id = (await ids())[0]!;
    const { EffectToken } = json(await post(`${requests}/${id}?operation=preview-replay`, null));
    const others = `/accounts/${api.other.scope.accountId}/scim-requests`;
    for (const answer of [
      await get(requests, api.other.key),
      await get(`${requests}/${id}`, api.other.key),
      await get(`${others}/${id}`, api.other.key),
      await post(`${others}/${id}?operation=preview-replay`, null, api.other.key),
      await post(`${others}/${id}?operation=replay`, { EffectToken }, api.other.key),
      await post(`${requests}/${id}?operation=replay`, { EffectToken }, api.other.key),
    ])
      assert.equal(answer.status, 404, answer.body);
    assert.deepEqual(json(await get(others, api.other.key)).ScimRequests, []);
  });
});
