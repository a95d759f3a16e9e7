import assert from 'node:assert/strict';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { allow, type OpenIdStage, setOpenIdStage, signedIn } from '../stage.ts';
import { type AmazonApplication, amazonApplication, type Answer, post, profile, refreshForm, token } from './stage.ts';

interface Pair {
  user_code: string;
  device_code: string;
  verification_uri: string;
  expires_in: number;
  interval: number;
}

describeOnEachEngine('Login with Amazon: devices', function () {
  this.timeout(60_000);
  let stage: OpenIdStage;
  let device: AmazonApplication;
  before(async () => {
    stage = await setOpenIdStage();
    device = await amazonApplication(stage, { kind: 'device', name: 'Room screen' });
  });
  afterEach(() => clock.reset());
  after(() => stage.stop());

  const ask = (more: Record<string, string> = {}): Promise<Answer> =>
    post(stage, '/auth/o2/create/codepair', {
      response_type: 'device_code',
      client_id: device.client.id,
      scope: 'profile',
      ...more,
    });
  const pair = async (): Promise<Pair> => (await ask()).body as unknown as Pair;
  /** As Amazon's devices poll: by the two codes, without saying who they are. */
  const poll = ({ device_code, user_code }: Pick<Pair, 'device_code' | 'user_code'>): Promise<Answer> =>
    token(stage, { grant_type: 'device_code', device_code, user_code });
  const errorOf = async (answer: Promise<Answer>): Promise<string> => {
    const { status, body } = await answer;
    assert.equal(status, body['error'] === 'invalid_client' ? 401 : 400, JSON.stringify(body));
    return body['error'] ?? 'none';
  };

  async function connect(visitor: Visitor, { user_code: userCode }: Pair, answer = 'allow'): Promise<void> {
    const at = `${stage.carillon.url}/ap/code`;
    const typed = await visitor.post(at, { ...(await visitor.open(at)).fields(at), user_code: userCode });
    assert.match(typed.text, /Connect Room screen\?/);
    const consent = await visitor.follow(await visitor.post(at, typed.fields(at)));
    assert.match(consent.text, /your name and your e-mail address.*also while you are not signed in/s);
    const done = await allow(visitor, consent, answer);
    assert.match(done.text, answer === 'allow' ? /The device is connected/ : /was not connected/);
  }

  it('connects one: a code pair, a page that warns, consent, tokens for the two codes alone', async () => {
    const visitor = await signedIn(stage);
    const asked = await pair();
    assert.deepEqual(Object.keys(asked).toSorted(), [
      'device_code',
      'expires_in',
      'interval',
      'user_code',
      'verification_uri',
    ]);
    assert.equal(asked.verification_uri, `${stage.carillon.url}/ap/code`);
    assert.deepEqual([asked.expires_in, asked.interval], [600, 30]);
    assert.equal(await errorOf(poll(asked)), 'authorization_pending');
    assert.equal(await errorOf(poll(asked)), 'slow_down');
    await connect(visitor, asked);
    clock.advance(30_000);
    const { status, body } = await poll({ ...asked, user_code: asked.user_code.toLowerCase().replace('-', '') });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal((await profile(stage, body['access_token'] ?? '')).status, 200);

    await visitor.postFrom('/me', '/me/sign-out');
    assert.equal((await profile(stage, body['access_token'] ?? '')).status, 200, 'a device stays connected');
    const more = await token(stage, refreshForm(device, body['refresh_token'] ?? ''));
    assert.equal(more.status, 200, JSON.stringify(more.body));
    assert.equal((await profile(stage, more.body['access_token'] ?? '')).status, 200);
    const again = await signedIn(stage);
    assert.match((await again.get('/me')).text, /Room screen.*your name and your e-mail address/s);
    await again.postFrom('/me', `/me/applications/${device.client.id}/revoke`);
    assert.equal((await profile(stage, more.body['access_token'] ?? '')).status, 400, 'until it is taken back');
  });

  it('security check 3: codes that a device uses twice end what it was given', async () => {
    const asked = await pair();
    await connect(await signedIn(stage), asked);
    const first = await poll(asked);
    assert.equal(first.status, 200);
    clock.advance(30_000);
    assert.equal(await errorOf(poll(asked)), 'invalid_code_pair');
    assert.equal((await profile(stage, first.body['access_token'] ?? '')).status, 400);
  });

  it('tells the person’s no, codes that do not belong together, and codes that have expired', async () => {
    const [denied, other, late] = [await pair(), await pair(), await pair()];
    await connect(await signedIn(stage), denied, 'deny');
    assert.equal(await errorOf(poll(denied)), 'access_denied');
    assert.equal(await errorOf(poll({ ...denied, user_code: other.user_code })), 'invalid_code_pair');
    assert.equal(await errorOf(poll({ ...denied, device_code: 'unknown' })), 'invalid_code_pair');
    assert.equal(await errorOf(token(stage, { grant_type: 'device_code' })), 'invalid_request');
    clock.advance(601_000);
    assert.equal(await errorOf(poll(late)), 'invalid_code_pair');
  });

  it('refuses who is not registered for it, and what is not asked as Amazon has it', async () => {
    const web = await amazonApplication(stage);
    const openid = await stage.application({ kind: 'device' });
    assert.equal(await errorOf(ask({ client_id: web.client.id })), 'unauthorized_client');
    for (const id of ['nobody', openid.client.id])
      assert.equal(await errorOf(ask({ client_id: id })), 'invalid_client');
    assert.equal(await errorOf(ask({ response_type: 'code' })), 'unsupported_response_type');
    assert.equal(await errorOf(ask({ scope: 'openid' })), 'invalid_scope');
    assert.equal(await errorOf(ask({ scope: 'profile offline_access' })), 'invalid_scope');
    for (const missing of ['response_type', 'client_id', 'scope'])
      assert.equal(await errorOf(ask({ [missing]: '' })), 'invalid_request', missing);
  });

  it('finds a code where its own protocol is spoken, and nowhere else', async () => {
    const visitor = await signedIn(stage);
    const { user_code: ours } = await pair();
    const openid = await stage.application({ kind: 'device' });
    const begun = await fetch(`${stage.issuer}/device/auth`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: openid.client.id, scope: 'openid' }),
    });
    const { user_code: theirs } = (await begun.json()) as Pair;
    for (const [at, userCode] of [
      [`${stage.issuer}/device`, ours],
      [`${stage.carillon.url}/ap/code`, theirs],
    ] as const) {
      const typed = await visitor.post(at, { ...(await visitor.open(at)).fields(at), user_code: userCode });
      assert.match(typed.text, /no device waiting with that code/, at);
    }
  });

  it('security check 10: the form for a device’s code is good in its own browser alone, and typed into so often only', async () => {
    const [visitor, other] = [await signedIn(stage), await signedIn(stage)];
    const at = `${stage.carillon.url}/ap/code`;
    const { user_code: userCode } = await pair();
    const foreign = (await other.open(at)).fields(at);
    for (const fields of [{}, { xsrf: '' }, { xsrf: foreign['xsrf'] ?? 'none' }]) {
      const page = await visitor.post(at, { ...fields, user_code: userCode, confirm: 'yes' });
      assert.equal(page.status, 400);
      assert.doesNotMatch(page.text, /Connect Room screen|Allow/);
    }
    let last = 0;
    for (let i = 0; i < 30 && last !== 429; i++) last = (await visitor.post(at, { user_code: 'BCDF-GHJK' })).status;
    assert.equal(last, 429);
  });
});
