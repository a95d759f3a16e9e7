import assert from 'node:assert/strict';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as oidc from 'openid-client';
import { demoPassword, samplePeople } from '../../deploy/demo/people.ts';
import { startProviderProcess } from '../../deploy/demo/provider/process.ts';
import type { ProviderProcess } from '../../deploy/demo/provider/process.ts';
import { firstState, writeState } from '../../deploy/demo/state.ts';
import { testFolder } from '../support/folder.ts';
import { Visitor } from '../support/visitor.ts';

const redirect = 'http://localhost:3000/auth/okta/callback/1';
/** At the application, which need not be there. */
const isBack = (location: string): boolean => location.startsWith(redirect);
const client = {
  client_id: 'carillon',
  client_secret: 'a secret of the test',
  redirect_uris: [redirect],
  initiate_login_uri: 'http://localhost:3000/auth/okta',
  client_name: 'Carillon',
};

describe('the sample company: OpenID provider', () => {
  let folder: string;
  let provider: ProviderProcess;
  let browser: Visitor;
  const peoplePath = (): string => join(folder, 'company.json');
  const start = (port: number, more: { announceIss?: boolean } = {}) =>
    startProviderProcess({
      port,
      clients: [client],
      peoplePath: peoplePath(),
      keyPath: join(folder, 'keys.json'),
      sessionsPath: join(folder, 'sessions.json'),
      ...more,
    });
  const setActive = (userName: string, active: boolean): void =>
    writeState(
      peoplePath(),
      firstState(samplePeople().map((who) => (who.userName === userName ? { ...who, active } : who))),
    );

  beforeEach(async () => {
    folder = testFolder();
    writeState(peoplePath(), firstState());
    provider = await start(0);
    browser = new Visitor(provider.issuer);
  });
  afterEach(async () => {
    await provider.stop();
  });

  const discover = () =>
    oidc.discovery(
      new URL(provider.issuer),
      client.client_id,
      undefined,
      oidc.ClientSecretBasic(client.client_secret),
      {
        execute: [oidc.allowInsecureRequests],
      },
    );

  /** Begins a sign-in; gives what the application keeps and where the browser came to rest. */
  async function begin(hint?: string) {
    const config = await discover();
    const verifier = oidc.randomPKCECodeVerifier();
    const expectedNonce = oidc.randomNonce();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirect,
      scope: 'openid profile email',
      state: 's-1',
      nonce: expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(hint !== undefined && { login_hint: hint }),
    });
    const rest = await browser.open(url.href, isBack);
    const tokens = (callback: string) =>
      oidc.authorizationCodeGrant(config, new URL(callback), {
        pkceCodeVerifier: verifier,
        expectedNonce,
        expectedState: 's-1',
        idTokenExpected: true,
      });
    return { config, rest, tokens };
  }
  const fill = async (at: string, username: string, password = demoPassword) =>
    browser.follow(await browser.post(at, { username, password }), isBack);

  it('signs a person in: code, thin RS256 ID token, and the rest from userinfo', async () => {
    const { config, rest, tokens } = await begin('ben.basset@acme.example');
    assert.match(rest.body, /value="ben\.basset@acme\.example"\s+required\s+checked/);
    const done = await fill(rest.url, 'ben.basset@acme.example');
    assert.equal(new URL(done.url).searchParams.get('iss'), provider.issuer);
    const got = await tokens(done.url);
    assert.equal(decodeProtectedHeader(got.id_token ?? '').alg, 'RS256');
    const claims = decodeJwt(got.id_token ?? '');
    assert.equal(claims.sub, '00ubenbasset000002d7');
    for (const name of ['name', 'email', 'groups', 'preferred_username']) assert.equal(claims[name], undefined, name);
    const info = await oidc.fetchUserInfo(config, got.access_token, claims.sub);
    assert.equal(info.email, 'ben.basset@acme.example');
    assert.equal(info.email_verified, true);
    assert.equal(info.name, 'Ben Basset');
    assert.equal(info['groups'], undefined);
    await assert.rejects(tokens(done.url), { error: 'invalid_grant' });
  });

  it('remembers who signed in, asks again for somebody else, and signs out', async () => {
    const first = await begin();
    await fill(first.rest.url, 'paula.prentice@acme.example');
    const second = await begin('paula.prentice@acme.example');
    assert.ok(second.rest.url.startsWith(redirect), 'no second question');
    const third = await begin('nora.nunez@acme.example');
    assert.match(third.rest.body, /Acme sign-in/);
    const done = await fill(third.rest.url, 'nora.nunez@acme.example');
    assert.equal(decodeJwt((await third.tokens(done.url)).id_token ?? '').sub, '00unoranunez000003d7');

    const home = await browser.open(`${provider.issuer}/`);
    assert.match(home.body, /Signed in as Nora Nunez/);
    assert.match(home.body, new RegExp(`iss=${encodeURIComponent(provider.issuer)}&amp;login_hint=nora`));
    const leave = await browser.open(`${provider.issuer}/signout`);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(leave.body)?.[1] ?? '';
    const left = await browser.follow(
      await browser.post(`${provider.issuer}/oauth2/v1/logout/confirm`, { xsrf, logout: 'yes' }),
    );
    assert.match(left.body, /You are signed out/);
    assert.match((await browser.open(`${provider.issuer}/`)).body, /Nobody is signed in/);
  });

  it('refuses a wrong password and a deactivated person, also one who is signed in', async () => {
    const { rest, config, tokens } = await begin();
    assert.equal((await fill(rest.url, 'ben.basset@acme.example', 'wrong')).status, 401);
    const done = await fill(rest.url, 'ben.basset@acme.example');
    const got = await tokens(done.url);
    setActive('ben.basset@acme.example', false);
    await assert.rejects(oidc.fetchUserInfo(config, got.access_token, '00ubenbasset000002d7'));
    const again = await begin();
    assert.match(again.rest.body, /Acme sign-in/);
    const refused = await fill(again.rest.url, 'ben.basset@acme.example');
    assert.equal(refused.status, 403);
    assert.match(refused.body, /deactivated/);
  });

  it('keeps its key and its sessions over a kill', async () => {
    const { rest, tokens } = await begin();
    const done = await fill(rest.url, 'paula.prentice@acme.example');
    await provider.stop('SIGKILL');
    provider = await start(Number(new URL(provider.issuer).port));
    assert.equal(decodeJwt((await tokens(done.url)).id_token ?? '').sub, '00upaulaprentice01d7');
    assert.ok((await begin()).rest.url.startsWith(redirect), 'the session is still there');
  });

  it('can play a provider that sends no iss', async () => {
    await provider.stop();
    provider = await start(0, { announceIss: false });
    const { config, rest, tokens } = await begin();
    assert.equal(config.serverMetadata().authorization_response_iss_parameter_supported, false);
    const done = await fill(rest.url, 'paula.prentice@acme.example');
    assert.equal(new URL(done.url).searchParams.has('iss'), false);
    assert.equal(decodeJwt((await tokens(done.url)).id_token ?? '').sub, '00upaulaprentice01d7');
  });
});
