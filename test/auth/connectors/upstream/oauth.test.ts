import assert from 'node:assert/strict';
import { buildHouse } from '../../../../src/app.ts';
import { createClient } from '../../../../src/auth/provider/clients/clients.ts';
import { testCompany } from '../../../support/company.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { testConfig } from '../../../support/house.ts';
import { freePorts } from '../../../support/port.ts';
import { environmentOf, type ServerProcess, startServerProcess } from '../../../support/server-process.ts';
import type { Page } from '../../../support/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { assertRefused } from '../../pages/support.ts';
import type { PlainMode } from './plain-server.ts';
import {
  back,
  linkBy,
  ownAccount,
  plainInput,
  registerBy,
  setUpstreamStage,
  signedInAs,
  signInBy,
  stored,
  type UpstreamStage,
  upToCallback,
} from './stage.ts';

const notTrusted = /answer of the other side could not be trusted/;
const unreachable = /other side cannot be reached at the moment/;

describeOnEachEngine('upstream: a plain OAuth 2.0 server', function () {
  this.timeout(60_000);
  let stage: UpstreamStage;
  beforeEach(async () => {
    stage = await setUpstreamStage({ signInRate: 1_000_000 });
  });
  afterEach(() => stage.stop());

  it('signs people in by the fields of its profile, and its numbers are as good as names', async () => {
    const { carillon, plain } = stage;
    await stage.add({ ...plainInput(stage), vouches: 'mail_proved', scope: 'read:me' });
    Object.assign(plain.profile, { mail_proved: true });
    const me = await registerBy(carillon.visitor(), 'plain');
    assert.match(me.text, /Pia Plain.*pia@plain\.example/s);
    assert.deepEqual(
      (await stored(stage)).links.map(({ subject }) => subject),
      ['4711'],
    );
    Object.assign(plain.profile, { mail: 'renamed@plain.example', shown: 'Pia P.' });
    assert.equal((await signInBy(carillon.visitor(), 'plain')).path, '/me');
    const [authorize] = plain.requests.filter(({ path }) => path === '/authorize');
    assert.deepEqual(
      ['scope', 'code_challenge_method', 'nonce', 'redirect_uri'].map((name) => authorize?.query[name]),
      ['read:me', 'S256', undefined, `${carillon.url}${back('plain')}`],
    );
    assert.ok(plain.requests.filter(({ path }) => path === '/token').every(({ basic }) => basic));
  });

  it('security check 8: a plain OAuth server’s address counts only as far as the operator says', async () => {
    const { carillon, plain } = stage;
    await stage.add(plainInput(stage));
    await stage.add({ ...plainInput(stage, 'Said'), vouches: 'proof.mail' });
    const victim = await ownAccount(stage, 'pia@plain.example');
    const unnamed = await signInBy(carillon.visitor(), 'plain');
    assert.equal(unnamed.title, 'No account yet');
    for (const proof of [undefined, {}, { mail: false }, { mail: 'no' }, { mail: 1 }, 'true', { mail: ['true'] }]) {
      plain.profile['proof'] = proof;
      assert.equal((await signInBy(carillon.visitor(), 'said')).title, 'No account yet', JSON.stringify(proof));
    }
    plain.profile['proof'] = { mail: true };
    assert.equal((await signInBy(carillon.visitor(), 'said')).status, 409);
    assert.deepEqual((await stored(stage)).links, []);
    const linked = await linkBy(await signedInAs(stage, victim.id), 'plain');
    assert.match(linked.text, /Plain is linked/);
    assert.match((await signInBy(carillon.visitor(), 'plain')).text, /pia@plain\.example/);
    plain.profile['id'] = 4712; // with the same address
    assert.equal(
      (await signInBy(carillon.visitor(), 'plain')).title,
      'No account yet',
      'another subject, another person',
    );
  });

  it('names what the server does wrong, and lets nobody in', async () => {
    const { carillon, plain } = stage;
    await stage.add(plainInput(stage));
    const wrong: [Partial<PlainMode>, number, RegExp][] = [
      [{ authorize: 'denied' }, 403, /did not let you in, or you did not agree/],
      [{ authorize: 'foreign-code' }, 400, notTrusted],
      [{ authorize: 'wrong-iss' }, 400, notTrusted],
      [{ token: 'error' }, 502, unreachable],
      [{ token: 'refused' }, 400, notTrusted],
      [{ token: 'not-json' }, 400, notTrusted],
      [{ token: 'redirects' }, 502, unreachable],
      [{ profile: 'error' }, 502, unreachable],
      [{ profile: 'refused' }, 400, notTrusted],
      [{ profile: 'not-json' }, 400, notTrusted],
      [{ profile: 'huge' }, 502, unreachable],
    ];
    for (const [mode, status, words] of wrong) {
      plain.set(mode);
      const page = await signInBy(carillon.visitor(), 'plain');
      assert.equal(page.status, status, `${JSON.stringify(mode)}: ${page.text}`);
      assertRefused(page, status, words);
    }
    plain.set({});
    for (const id of [undefined, null, '', 1.5, 2 ** 60, true, {}, ['x'], 'x'.repeat(256), 'a\u0000b', 'a\ud800']) {
      plain.profile['id'] = id;
      assertRefused(await signInBy(carillon.visitor(), 'plain'), 400, notTrusted);
    }
    plain.profile['id'] = 'fine';
    assert.equal((await signInBy(carillon.visitor(), 'plain')).status, 200);
  });

  it('an address to which no mail goes is none, and of a name what is seen is all', async () => {
    const { carillon, plain } = stage;
    await stage.add({ ...plainInput(stage), vouches: 'yes' });
    for (const mail of [
      '"a b"@plain.example',
      'a@plain.example>\r\nBcc: b@plain.example',
      'plain',
      ['a@plain.example'],
    ]) {
      Object.assign(plain.profile, { mail });
      const page = await signInBy(carillon.visitor(), 'plain');
      assert.equal(page.title, 'No account yet', String(mail));
    }
    Object.assign(plain.profile, { mail: ' pia@plain.example ', shown: '\u202eaiP\ud83d' });
    assert.match((await registerBy(carillon.visitor(), 'plain')).text, /aiP.*pia@plain\.example/s);
    const { users } = await stored(stage);
    assert.deepEqual(
      users.map(({ displayName }) => displayName),
      ['aiP'],
    );
  });

  it('one that names itself in its answers must, and as itself', async () => {
    const { carillon, plain } = stage;
    await stage.add({ ...plainInput(stage), issuer: plain.url });
    plain.set({ authorize: 'iss' });
    assert.equal((await signInBy(carillon.visitor(), 'plain')).status, 200);
    for (const authorize of ['honest', 'wrong-iss'] as const) {
      plain.set({ authorize });
      assertRefused(await signInBy(carillon.visitor(), 'plain'), 400, notTrusted);
    }
    assert.equal(plain.requests.filter(({ path }) => path === '/token').length, 1, 'no code went there');
  });

  it('a token endpoint or a profile that never answers is given up, and keeps nobody else waiting', async () => {
    const { carillon, plain } = stage;
    await stage.add(plainInput(stage));
    const url = await upToCallback((await signInBy(carillon.visitor(), 'plain')).visitor, 'plain');
    plain.set({ token: 'hangs' });
    const visitor = carillon.visitor();
    const waiting = visitor.send(await upToCallback(visitor, 'plain'));
    assert.equal((await carillon.visitor().send('/signin')).status, 200);
    assertRefused(await waiting, 502, unreachable);
    plain.set({ profile: 'hangs' });
    assertRefused(await signInBy(carillon.visitor(), 'plain'), 502, unreachable);
    plain.set({});
    assert.equal((await carillon.visitor().send(url)).status, 400, 'of another browser, as ever');
    assert.equal((await signInBy(carillon.visitor(), 'plain')).status, 200);
  });

  it('reads Amazon’s older profile as its newer one', async () => {
    const { carillon, plain } = stage;
    const { subjectField: _s, addressField: _a, nameField: _n, ...input } = plainInput(stage, 'Amazon');
    await stage.add({ ...input, kind: 'amazon', vouches: 'yes' });
    const older = { CustomerId: 'amzn1.account.OLD', Name: 'Olga Old', PrimaryEmail: 'olga@plain.example' };
    plain.profile['Profile'] = older;
    const me = await registerBy(carillon.visitor(), 'amazon');
    assert.match(me.text, /Olga Old.*olga@plain\.example/s);
    delete plain.profile['Profile'];
    Object.assign(plain.profile, { user_id: older.CustomerId, name: older.Name, email: older.PrimaryEmail });
    assert.equal((await signInBy(carillon.visitor(), 'amazon')).path, '/me');
    const [token] = plain.requests.filter(({ path }) => path === '/token');
    assert.deepEqual([token?.basic, token?.form['client_secret']], [false, plain.clientSecret]);
  });
});

describeOnEachEngine('upstream: another Carillon in a process of its own', function () {
  this.timeout(90_000);
  let stage: UpstreamStage;
  let server: ServerProcess;
  let url: string;
  let clients: Record<'openid' | 'amazon', { id: string; secret: string }>;
  before(async () => {
    // A host of its own, so that browsers keep its cookies apart.
    const outboundPrivateHosts = ['127.0.0.1', 'localhost'];
    stage = await setUpstreamStage({ outboundPrivateHosts });
    const port = await freePorts();
    url = `http://localhost:${port}`;
    const config = testConfig({ publicUrl: url, port, outboundPrivateHosts });
    const house = await buildHouse(config);
    const company = await testCompany(house, 'acme.example', stage.provider);
    await company.member('rosa.rogue', 'Pro', stage.provider.subject.sub);
    const register = async (protocol: 'openid' | 'amazon', id: string) => {
      const input = { name: 'Upstream of another', kind: 'web', protocol, firstParty: true };
      const redirectUris = [`${stage.carillon.url}${back(id)}`];
      const made = await createClient(house, company.scope.organisationId, {
        ...input,
        redirectUris,
        ...(protocol === 'openid' && { scopes: ['openid', 'profile', 'email'] }),
      });
      return { id: made.client.id, secret: made.secret! };
    };
    clients = { openid: await register('openid', 'carillon'), amazon: await register('amazon', 'amazon') };
    await house.close();
    const env = environmentOf(config, port);
    const OUTBOUND_PRIVATE_HOSTS = outboundPrivateHosts.join(',');
    server = await startServerProcess({ ...env, PUBLIC_URL: url, OUTBOUND_PRIVATE_HOSTS });
  });
  after(async () => {
    await server.end('SIGTERM');
    await stage.stop();
  });

  /** Signs in over there, where it asks for the address, and comes back. */
  async function there(visitor: Visitor, page: Page): Promise<Page> {
    if (!page.url.startsWith(`${url}/signin`)) return page;
    const fields = { ...page.fields('/signin'), email: 'rosa.rogue@acme.example' };
    return visitor.follow(await visitor.post(`${url}/signin`, fields));
  }

  it('proves people as an OpenID provider (oidc-provider), with an ID token and userinfo', async () => {
    const { id: clientId, secret: clientSecret } = clients.openid;
    await stage.add({ name: 'Carillon', kind: 'openid', issuer: `${url}/oidc`, clientId, clientSecret });
    const visitor = stage.carillon.visitor();
    const asked = await there(visitor, await signInBy(visitor, 'carillon'));
    assert.match(asked.text, /Create an account\?.*rosa\.rogue@acme\.example/s);
    const me = await asked.submit('/auth/upstream/offer');
    assert.equal(me.path, '/me', me.text);
  });

  it('proves people as Login with Amazon, by its face', async () => {
    const { id: clientId, secret: clientSecret } = clients.amazon;
    await stage.add({
      name: 'Amazon',
      kind: 'amazon',
      issuer: url,
      clientId,
      clientSecret,
      authorizationEndpoint: `${url}/ap/oa`,
      tokenEndpoint: `${url}/auth/o2/token`,
      profileEndpoint: `${url}/user/profile`,
    });
    const visitor = stage.carillon.visitor();
    const page = await there(visitor, await signInBy(visitor, 'amazon'));
    assert.equal(page.title, 'No account yet', 'Amazon does not say that it proves addresses');
    const { id } = await ownAccount(stage, 'pia@own.example');
    const pia = await signedInAs(stage, id);
    const sent = await pia.postFrom('/me/links', '/me/links/amazon/link');
    const confirm = await there(pia, await pia.follow(sent));
    assert.match(confirm.text, /Link Amazon\?.*rosa\.rogue/s);
    await confirm.submit('/me/links/confirm');
    const { links } = await stored(stage);
    assert.match(links.find(({ userId }) => userId === id)?.subject ?? '', /^amzn1\.account\.[A-Z2-7]{28}$/);
    assert.match((await there(visitor, await signInBy(visitor, 'amazon'))).text, /pia@own\.example/);
  });
});
