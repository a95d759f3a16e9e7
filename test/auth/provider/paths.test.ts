import assert from 'node:assert/strict';
import { ArtifactTable } from '../../../src/auth/provider/artifacts/artifact.entity.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { type Application, ask, callback, type OpenIdStage, setOpenIdStage, signedIn, visit } from './stage.ts';

const uid = 'a'.repeat(43);
const endpoints = [
  '/auth',
  `/auth/${uid}`,
  '/par',
  '/token',
  '/token/introspection',
  '/token/revocation',
  '/userinfo',
  '/device',
  '/device/auth',
  `/device/${uid}`,
  '/logout',
  '/logout/confirm',
  '/logout/success',
  '/jwks',
  '/.well-known/openid-configuration',
];

/** Other spellings of a path, which oidc-provider's own router would partly take. */
function spellings(path: string): string[] {
  const letter = /[a-z]/.exec(path)!;
  const encoded = `%${letter[0].charCodeAt(0).toString(16)}`;
  const first = path.slice(0, letter.index);
  const rest = path.slice(letter.index + 1);
  return [
    path.toUpperCase().replace(uid.toUpperCase(), uid),
    `${first}${letter[0].toUpperCase()}${rest}`,
    `${path}/`,
    `${path}//`,
    `/${path}`,
    path.replaceAll('/', '//'),
    `${first}${encoded}${rest}`,
    `${path}%2f`,
    `${path};x`,
    path.replace('t', 'ｔ').replace('k', '\u212a'),
  ].filter((each) => each !== path);
}

describe('OpenID provider: its paths', function () {
  this.timeout(60_000);
  let stage: OpenIdStage;
  let application: Application;
  before(async () => {
    stage = await setOpenIdStage();
    application = await stage.application({ firstParty: true });
  });
  after(() => stage.stop());

  function assertNothing(reply: Response | { status: number; headers: Headers }, of: string): void {
    assert.equal(reply.status, 404, of);
    assert.match(reply.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, of);
    assert.equal(reply.headers.get('x-frame-options'), 'DENY', of);
    assert.equal(reply.headers.get('cache-control'), 'no-store', of);
    assert.equal(reply.headers.get('set-cookie'), null, of);
  }

  it('answers each in one spelling only', async () => {
    const { client, secret } = application;
    const form = { client_id: client.id, client_secret: secret, token: 'x' };
    for (const path of endpoints) {
      for (const spelling of spellings(path)) {
        const get = await fetch(`${stage.issuer}${spelling}`, { headers: { accept: 'text/html' }, redirect: 'manual' });
        assertNothing(get, `GET ${spelling}`);
        assert.match(await get.text(), /There is nothing at this address/);
        const post = await fetch(`${stage.issuer}${spelling}`, { method: 'POST', body: new URLSearchParams(form) });
        assertNothing(post, `POST ${spelling}`);
      }
    }
  });

  it('hands nothing on that is none of its own, nor with another method, and never introspection', async () => {
    for (const path of [
      '/reg',
      '/backchannel',
      '/challenge',
      '/session/end',
      '/me',
      '/request',
      '/device/x',
      '/auth/x',
    ])
      assertNothing(await fetch(`${stage.issuer}${path}`), path);
    for (const [method, path] of [
      ['PUT', '/auth'],
      ['DELETE', '/token'],
      ['GET', '/par'],
      ['GET', '/token'],
      ['POST', '/logout/success'],
      ['OPTIONS', '/token/introspection'],
      ['PUT', '/token/introspection'],
    ] as const)
      assertNothing(await fetch(`${stage.issuer}${path}`, { method }), `${method} ${path}`);
  });

  it('answers what comes back without its cookies with a page that asks to start again, and reports no fault', async () => {
    const faults: unknown[] = [];
    const { log } = stage.carillon.house.ground;
    const { error } = log;
    log.error = (...all: unknown[]) => void faults.push(all);
    try {
      for (const [method, path] of [
        ['GET', `/device/${uid}`],
        ['GET', `/auth/${uid}`],
        ['POST', '/device'],
        ['POST', '/logout/confirm'],
      ] as const) {
        const visitor = stage.carillon.visitor();
        visitor.jar().set('carillon_oidc_resume', 'forged');
        const init = method === 'POST' ? { body: new URLSearchParams({ xsrf: 'x', user_code: 'BCDF-GHJK' }) } : {};
        const page = await visitor.send(`${stage.issuer}${path}`, { method, ...init });
        assert.equal(page.status, 400, `${method} ${path} ${page.body}`);
        assert.match(page.text, /Reference: [0-9a-f-]{36}/, `${method} ${path}`);
        assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
      }
      assert.deepEqual(faults, []);
    } finally {
      log.error = error;
    }
  });
});

describeOnEachEngine('OpenID provider: what is kept of a request', function () {
  this.timeout(60_000);
  let stage: OpenIdStage;
  let spa: Application;
  let device: Application;
  before(async () => {
    stage = await setOpenIdStage({ signInRate: 40 });
    spa = await stage.application({ kind: 'spa', firstParty: true });
    device = await stage.application({ kind: 'device' });
  });
  afterEach(() => clock.reset());
  after(() => stage.stop());

  const count = (model: string): Promise<number> =>
    stage.carillon.house.ground.db.read.countBy(ArtifactTable, { model });

  async function post(path: string, form: URLSearchParams): Promise<{ status: number; error: string | undefined }> {
    const reply = await fetch(`${stage.issuer}${path}`, { method: 'POST', body: form });
    return { status: reply.status, error: ((await reply.json()) as { error?: string }).error };
  }
  const pushed = async (parameters: Record<string, string> = {}): Promise<URLSearchParams> =>
    (await ask(spa, parameters)).url.searchParams;

  it('is no parameter that is too long, and no request that is', async () => {
    const before = await count('PushedAuthorizationRequest');
    for (const long of [
      { state: 'x'.repeat(2_049) },
      { nonce: 'x'.repeat(2_049) },
      { id_token_hint: 'x'.repeat(4_097) },
      {
        state: 'x'.repeat(2_048),
        nonce: 'x'.repeat(2_048),
        login_hint: 'x'.repeat(2_048),
        ui_locales: 'x'.repeat(2_048),
      },
    ])
      assert.deepEqual(await post('/par', await pushed(long)), { status: 400, error: 'invalid_request' });
    const far = await post('/par', await pushed({ unknown: 'x'.repeat(20_000) }));
    assert.deepEqual(far, { status: 413, error: 'invalid_request' });
    assert.equal(await count('PushedAuthorizationRequest'), before);
    assert.equal((await post('/par', await pushed({ state: 'x'.repeat(2_048) }))).status, 201);
    const codes = new URLSearchParams({ client_id: device.client.id, scope: 'openid', nonce: 'x'.repeat(2_049) });
    assert.deepEqual(await post('/device/auth', codes), { status: 400, error: 'invalid_request' });
    assert.equal(await count('DeviceCode'), 0);
  });

  it('is also nothing of that kind of a browser’s', async () => {
    const visitor = await signedIn(stage);
    const page = await visit(visitor, await ask(spa, { prompt: 'consent', state: 'x'.repeat(2_049) }));
    assert.equal(new URL(page.url).searchParams.get('error'), 'invalid_request');
    assert.equal(await count('Interaction'), 0);
    assert.ok(page.url.startsWith(callback));
  });

  it('are at most 1,000 device codes of a client', async () => {
    const { db } = stage.carillon.house.ground;
    const form = new URLSearchParams({ client_id: device.client.id, scope: 'openid' });
    assert.equal((await post('/device/auth', form)).status, 200);
    const [one] = await db.read.findBy(ArtifactTable, { model: 'DeviceCode' });
    const more = Array.from({ length: 996 }, (_, i) => ({ ...one!, id: `${i}`.padStart(43, 'x'), userCodeHash: null }));
    await db.write(async (m) => {
      for (const each of more) await m.insert(ArtifactTable, each);
    });
    const atOnce = await Promise.all(Array.from({ length: 12 }, () => post('/device/auth', form)));
    const refused = atOnce.filter(({ status }) => status !== 200);
    assert.equal(refused.length, 9, 'three are left');
    for (const each of refused) assert.deepEqual(each, { status: 429, error: 'temporarily_unavailable' });
    assert.equal(await count('DeviceCode'), 1_000);
    clock.advance(601_000);
    assert.equal((await post('/device/auth', form)).status, 200, 'once they have expired');
  });

  it('is not more from one address than the rate', async () => {
    const form = await pushed();
    let last = await post('/par', form);
    for (let i = 0; i < 40 && last.status !== 429; i++) last = await post('/par', form);
    assert.deepEqual(last, { status: 429, error: 'temporarily_unavailable' });
    const codes = new URLSearchParams({ client_id: device.client.id, scope: 'openid' });
    assert.equal((await post('/device/auth', codes)).status, 429);
    assert.ok((await count('PushedAuthorizationRequest')) <= 40);
  });
});

describe('OpenID provider: device codes', () => {
  it('are at most 100 of a client for one address, so that nobody keeps the others out', async () => {
    const stage = await setOpenIdStage({ trustedProxies: ['127.0.0.1'] });
    try {
      const { client } = await stage.application({ kind: 'device' });
      const body = new URLSearchParams({ client_id: client.id, scope: 'openid' });
      const from = async (address: string): Promise<number> => {
        const headers = { 'x-forwarded-for': address };
        return (await fetch(`${stage.issuer}/device/auth`, { method: 'POST', body, headers })).status;
      };
      for (let batch = 0; batch < 4; batch++) {
        const all = await Promise.all(Array.from({ length: 25 }, () => from('192.0.2.1')));
        assert.deepEqual(new Set(all), new Set([200]));
      }
      assert.equal(await from('192.0.2.1'), 429);
      assert.equal(await from('198.51.100.7'), 200);
    } finally {
      await stage.stop();
    }
  });
});
