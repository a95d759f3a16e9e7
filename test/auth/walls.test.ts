import assert from 'node:assert/strict';
import { pageRoutes } from '../support/routes.ts';
import type { Visitor } from '../support/visitor.ts';
import { password } from '../console/support.ts';
import { type OpenIdStage, setOpenIdStage, signedIn } from './provider/stage.ts';

const evil = 'https://evil.example';

describe('pages: other sites are kept out', function () {
  this.timeout(60_000);
  let stage: OpenIdStage;
  /** Signed in as a person and as an administrator at once: the most that a forged request could ride on. */
  let browser: Visitor;
  before(async () => {
    stage = await setOpenIdStage({ signInRate: 1_000_000 });
    browser = await signedIn(stage);
    const page = await browser.get(stage.carillon.setUpLink);
    await page.submit('/setup', { organisationName: 'Acme Group', userName: 'ada', password, again: password });
    assert.equal((await browser.send('/session')).status, 200);
  });
  after(() => stage.stop());

  const filled = (path: string): string => path.replaceAll(/:\w+/g, 'x');

  /** Everything but what reading writes. */
  async function stored(): Promise<string> {
    const { read } = stage.carillon.house.ground.db;
    const tables = ['sessions', 'administrators', 'accounts', 'oidc_clients', 'access_keys', 'users'];
    const all = await Promise.all(
      tables.map((table) => read.query<Record<string, unknown>[]>(`SELECT * FROM "${table}" ORDER BY "id"`)),
    );
    return JSON.stringify(all.map((some) => some.map(({ lastSeenAt: _seen, lastActiveAt: _active, ...row }) => row)));
  }

  it('security check 10: every form of every page is refused without its token, with another’s, and from elsewhere', async () => {
    const routes = pageRoutes(stage.carillon).filter(({ method }) => method !== 'GET');
    assert.ok(routes.length >= 40, String(routes.length));
    for (const known of ['/signin', '/me/sign-out', '/oidc/interaction/:uid', '/console/sign-in', '/setup'])
      assert.ok(
        routes.some(({ path }) => path === known),
        known,
      );
    const { csrf } = await browser.send('/signin');
    const { csrf: foreign } = await stage.carillon.visitor().send('/signin');
    assert.ok(csrf && foreign && csrf !== foreign);
    const attempts: [string, Record<string, string>, Record<string, string>][] = [
      ['no token', {}, {}],
      ['an empty token', { csrf: '' }, {}],
      ['another browser’s token', { csrf: foreign }, {}],
      ['half a token', { csrf: csrf.slice(0, 20) }, {}],
      ['another site, it says', { csrf }, { 'sec-fetch-site': 'cross-site' }],
      ['a sibling of the site, it says', { csrf }, { 'sec-fetch-site': 'same-site' }],
      ['another origin', { csrf }, { origin: evil }],
      ['an origin that begins as ours', { csrf }, { origin: `${stage.carillon.url}.evil.example` }],
      ['our host by another scheme', { csrf }, { origin: stage.carillon.url.replace('http:', 'https:') }],
    ];
    const before = await stored();
    for (const { method, path } of routes) {
      for (const [what, fields, headers] of attempts) {
        const page = await browser.send(filled(path), { method, body: new URLSearchParams(fields), headers });
        assert.equal(page.status, 403, `${method} ${path}: ${what}`);
        assert.equal(page.location, null, path);
      }
    }
    assert.equal(await stored(), before);
  });

  it('security check 10: no other method and no other kind of body goes round it', async () => {
    const before = await stored();
    for (const { path } of pageRoutes(stage.carillon)) {
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        const page = await browser.send(filled(path), { method, body: new URLSearchParams({ x: '1' }) });
        assert.equal(page.status, 403, `${method} ${path}`);
      }
    }
    for (const [type, body] of [
      ['application/json', '{"csrf":"x"}'],
      ['text/plain', 'csrf=x'],
      ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="csrf"\r\n\r\nx\r\n--x--\r\n'],
    ] as const) {
      const page = await browser.send('/me/sign-out', { method: 'POST', body, headers: { 'content-type': type } });
      assert.ok([403, 415].includes(page.status), `${type} ${page.status}`);
    }
    const overridden = { method: 'POST', headers: { 'x-http-method-override': 'GET' }, body: new URLSearchParams() };
    assert.equal((await browser.send('/me/sign-out', overridden)).status, 403);
    assert.equal(await stored(), before);
  });

  it('security check 10: the forms of the provider itself have tokens too, and cookies open no interface', async () => {
    const { issuer } = stage;
    const page = await browser.open(`${issuer}/logout`);
    const action = `${issuer}/logout/confirm`;
    assert.ok(page.fields(action)['xsrf']);
    const before = await stored();
    for (const xsrf of ['', 'x', '0'.repeat(48)])
      assert.equal((await browser.post(action, { xsrf, logout: 'yes' })).status, 400);
    for (const xsrf of ['', 'x', '0'.repeat(48)])
      assert.ok(
        (await browser.post(`${issuer}/device`, { xsrf, user_code: 'BCDF-GHJK', confirm: 'yes' })).status < 500,
      );
    // With nothing but a browser's cookies, what is for programs refuses.
    for (const path of [
      '/oidc/token',
      '/oidc/par',
      '/oidc/token/introspection',
      '/oidc/token/revocation',
      '/oidc/device/auth',
      '/scim/v2/Users',
      '/accounts',
      '/api/accounts',
    ]) {
      const reply = await browser.post(path, { x: '1' }, { origin: evil, 'sec-fetch-site': 'cross-site' });
      assert.ok(reply.status >= 400 && reply.status < 500, `${path} ${reply.status}`);
    }
    assert.equal(await stored(), before);
  });

  const methods = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'];
  const origins = [evil, 'null', 'https://wiki.acme.example', 'HTTP://EVIL.example'];

  it('security check 10: no page, and nothing that cookies open, may be read by another site (CORS)', async () => {
    const { connectionId } = stage.company.scope;
    const paths = [
      ...pageRoutes(stage.carillon).map(({ path }) => filled(path)),
      `/auth/okta/${connectionId}`,
      '/session',
      '/session/events',
      '/scim/v2/Users',
      '/scim/v2/ServiceProviderConfig',
      '/accounts',
      '/api/accounts',
      '/healthz',
      '/readyz',
      '/metrics',
      '/oidc/auth',
      '/oidc/device',
      '/oidc/logout',
    ];
    for (const path of new Set(paths)) {
      for (const origin of origins) {
        for (const method of ['GET', 'OPTIONS']) {
          const asked = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-a' };
          // Its stream goes on: only its refusal of another site is of interest.
          const headers = path === '/session/events' ? { ...asked, 'sec-fetch-site': 'cross-site' } : asked;
          const page = await browser.send(path, { method, headers });
          for (const name of ['origin', 'credentials', 'methods', 'headers'])
            assert.equal(page.headers.get(`access-control-allow-${name}`), null, `${method} ${path} ${origin} ${name}`);
        }
      }
    }
  });

  it('security check 10: what the provider lets other origins read needs no cookie, and never says that cookies may come', async () => {
    const open = [
      '/oidc/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/oidc',
      '/oidc/jwks',
    ];
    const own = [
      '/oidc/token',
      '/oidc/userinfo',
      '/oidc/token/revocation',
      '/oidc/token/introspection',
      '/oidc/par',
      '/oidc/device/auth',
    ];
    for (const path of [...open, ...own]) {
      for (const origin of origins) {
        for (const method of methods) {
          const headers = { origin, 'access-control-request-method': 'POST' };
          const page = await browser.send(path, { method, headers });
          assert.equal(page.headers.get('access-control-allow-credentials'), null, `${method} ${path} ${origin}`);
        }
      }
    }
    // A page's origin may read answers of the token endpoint only when it is that very client's.
    const spa = await stage.application({ kind: 'spa', firstParty: true });
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: spa.client.id };
    const to = async (origin: string): Promise<string | null> => {
      const reply = await fetch(`${stage.issuer}/token`, {
        method: 'POST',
        headers: { origin },
        body: new URLSearchParams(form),
      });
      return reply.headers.get('access-control-allow-origin');
    };
    assert.equal(await to('http://127.0.0.1:1'), 'http://127.0.0.1:1');
    for (const origin of [evil, 'null', 'http://127.0.0.1:2', 'http://127.0.0.1:1.evil.example'])
      assert.equal(await to(origin), null, origin);
  });

  it('security check 10: whoever is signed in stays so, and a good form still works', async () => {
    assert.equal((await browser.send('/session')).status, 200);
    assert.equal((await browser.postFrom('/me', '/me/sign-out')).status, 303);
    assert.equal((await browser.send('/session')).status, 401);
  });
});
