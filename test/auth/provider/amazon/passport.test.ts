import assert from 'node:assert/strict';
import { rotateSecret } from '../../../../src/auth/provider/clients/clients.ts';
import { freePorts } from '../../../support/port.ts';
import type { Page } from '../../../support/page.ts';
import { addressesAt, type RelyingParty, startRelyingParty } from '../../../support/relying-party/process.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { address } from '../../pages/support.ts';
import { type OpenIdStage, setOpenIdStage, signedIn } from '../stage.ts';
import { type AmazonApplication, amazonApplication, tokenInfo } from './stage.ts';

interface Told {
  id: string;
  name: string;
  email: string;
  profile: Record<string, string>;
  accessToken: string;
  refreshToken: string;
}

describe('Login with Amazon: passport-amazon as it is published, in a process of its own', function () {
  this.timeout(60_000);
  let stage: OpenIdStage;
  let shop: RelyingParty;
  let application: AmazonApplication;
  let careful: RelyingParty;
  let strict: AmazonApplication;

  before(async () => {
    stage = await setOpenIdStage();
    [shop, application] = await start({});
    [careful, strict] = await start({ queryTokens: false }, true);
  });
  after(async () => {
    await shop?.stop();
    await careful?.stop();
    await stage.stop();
  });

  async function start(
    input: { queryTokens?: boolean },
    isCareful = false,
  ): Promise<[RelyingParty, AmazonApplication]> {
    const port = await freePorts();
    const registered = await amazonApplication(stage, { redirectUris: addressesAt(port).redirectUris, ...input });
    const { client, secret } = registered;
    const options = { port, issuer: stage.carillon.url, clientId: client.id, clientSecret: secret };
    return [await startRelyingParty({ ...options, careful: isCareful }, 'amazon'), registered];
  }

  const isConsent = (page: Page): boolean => page.url.includes('/oidc/interaction/');
  /** Goes from the application's link to whatever that leads to, back at the application. */
  async function login(visitor: Visitor, at: RelyingParty, answer = 'allow', want = 'profile'): Promise<Page> {
    const page = await visitor.open(`${at.url}/login?want=${encodeURIComponent(want)}`);
    return isConsent(page) ? visitor.follow(await pressed(visitor, page, answer)) : page;
  }
  const pressed = (visitor: Visitor, page: Page, answer: string): Promise<Page> => {
    const { pathname } = new URL(page.url);
    return visitor.post(pathname, { ...page.fields(pathname), answer });
  };
  const toldIn = (page: Page): Told => {
    assert.equal(page.status, 200, page.body);
    return JSON.parse(page.body) as Told;
  };

  it('signs somebody in: the sign-in page, consent once, their profile', async () => {
    const visitor = stage.carillon.visitor();
    const page = await visitor.open(`${shop.url}/login`);
    assert.match(page.url, /\/signin\?/);
    const consent = await visitor.follow(await visitor.post('/signin', { ...page.fields('/signin'), email: address }));
    assert.match(consent.text, /Allow Shop\?/);
    const told = toldIn(await visitor.follow(await pressed(visitor, consent, 'allow')));
    assert.match(told.id, /^amzn1\.account\.[A-Z2-7]{28}$/);
    assert.deepEqual([told.name, told.email], ['rosa.rogue', address]);
    assert.deepEqual(told.profile, { user_id: told.id, email: address, name: 'rosa.rogue' });
    const info = await tokenInfo(stage, told.accessToken, 'address');
    assert.deepEqual([info.body['aud'], info.body['user_id']], [application.client.id, told.id]);
    const again = await visitor.open(`${shop.url}/login`);
    assert.equal(toldIn(again).id, told.id, 'nothing is asked the second time');
  });

  it('is told who somebody is without a page, where it asks for profile:user_id', async () => {
    const visitor = await signedIn(stage);
    const page = await visitor.open(`${shop.url}/login?want=profile%3Auser_id`);
    assert.deepEqual(Object.keys(toldIn(page).profile), ['user_id']);
  });

  it('needs no token in an address where it says so, and can use PKCE', async () => {
    const visitor = await signedIn(stage);
    const told = toldIn(await login(visitor, careful));
    assert.equal((await tokenInfo(stage, told.accessToken)).body['aud'], strict.client.id);
    assert.equal((await tokenInfo(stage, told.accessToken, 'address')).body['error'], 'invalid_request');
  });

  it('is told the person’s no, and a scope that is none, by their names', async () => {
    const visitor = await signedIn(stage);
    const [other] = await start({});
    try {
      const denied = await login(visitor, other, 'deny');
      assert.deepEqual([denied.status, JSON.parse(denied.body)], [401, { failed: 'the person did not agree' }]);
      const page = await visitor.open(`${other.url}/login?want=everything`);
      assert.equal(new URL(page.url).searchParams.get('error'), 'invalid_scope');
      assert.deepEqual(JSON.parse(page.body), { error: 'invalid_scope' });
    } finally {
      await other.stop();
    }
  });

  it('is told a code that it cannot use, by name, and takes no answer that it did not ask for', async () => {
    const visitor = await signedIn(stage);
    const back = await visitor.open(`${shop.url}/login`, (location) => location.includes('/callback?'));
    const page = isConsent(back)
      ? await visitor.follow(await pressed(visitor, back, 'allow'), (location) => location.includes('/callback?'))
      : back;
    const wrong = new URL(page.url);
    wrong.searchParams.set('code', 'wrong');
    const refused = await visitor.open(wrong.href);
    assert.deepEqual([refused.status, JSON.parse(refused.body)], [502, { error: 'invalid_grant' }]);
    const stolen = await stage.carillon.visitor().open(page.url);
    assert.equal(stolen.status, 401);
  });

  it('is told that its secret is wrong, by name', async () => {
    const [other, registered] = await start({});
    try {
      const { organisationId, id } = registered.client;
      await rotateSecret(stage.carillon.house, organisationId, id, 0);
      const page = await login(await signedIn(stage), other);
      assert.deepEqual([page.status, JSON.parse(page.body)], [502, { error: 'invalid_client' }]);
    } finally {
      await other.stop();
    }
  });
});
