import assert from 'node:assert/strict';
import { createScimKey } from '../../../src/directory/scim/keys/keys.ts';
import { ScimKeyTable } from '../../../src/directory/scim/keys/key.entity.ts';
import { Database } from '../../../src/platform/database/database.ts';
import { faultOf } from '../../../src/platform/database/faults.ts';
import { storage } from '../../../src/storage/storage.ts';
import { UserTable } from '../../../src/users/user.entity.ts';
import { userBody } from '../../directory/scim/support.ts';
import { isPostgresHere, migratedDatabase, needPostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { type StallingNetwork, stallingNetwork } from '../../platform/database/postgres/stalling.ts';
import { type Application, authorize, type OpenIdStage, setOpenIdStage, signedIn } from './stage.ts';

/** What a refusal may take: less than a second of waiting, and a machine that is busy with other tests. */
const soonMs = 2_500;

(isPostgresHere() ? describe : describe.skip)('a PostgreSQL server behind a network that stalls', function () {
  this.timeout(60_000);
  let network: StallingNetwork;
  let stage: OpenIdStage;
  let url: string;
  let scimKey: string;
  let keyId: string;
  let ask: Record<string, () => Promise<Response>>;
  before(async function () {
    await needPostgres(this);
  });
  beforeEach(async () => {
    url = await migratedDatabase();
    network = await stallingNetwork(url);
    stage = await setOpenIdStage({ databaseUrl: network.url });
    const application = await stage.application();
    const visitor = await signedIn(stage);
    const { access_token: token } = await authorize(application, visitor, { prompt: 'consent' });
    const made = await createScimKey(stage.carillon.house.ground, stage.company.scope, { name: 'Okta' });
    scimKey = made.token;
    keyId = made.key.id;
    ask = {
      introspection: () => introspect(application, token),
      userinfo: () => get('/oidc/userinfo', { authorization: `Bearer ${token}` }),
      jwks: () => get('/oidc/jwks'),
      scim: () => get('/scim/v2/Users', { authorization: `Bearer ${scimKey}` }),
    };
    await answer(200);
  });
  afterEach(async () => {
    network.recover();
    await stage.stop();
    await network.close();
  });

  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${stage.carillon.url}${path}`, { headers });

  const introspect = ({ client, secret }: Application, token: string): Promise<Response> =>
    fetch(`${stage.issuer}/token/introspection`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${client.id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ token }),
    });

  async function answer(status: number): Promise<void> {
    for (const [name, request] of Object.entries(ask)) {
      const began = performance.now();
      const response = await request();
      const text = await response.text();
      assert.equal(response.status, status, `${name}: ${text}`);
      assert.ok(performance.now() - began < soonMs, `${name} took ${performance.now() - began} ms`);
      if (name === 'introspection' && status === 200) assert.match(text, /"active":true/);
    }
  }

  /** Longer than what is remembered is believed without a word from the server. */
  const silence = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 700));

  it('refuses within about a second, and answers again when the network does', async () => {
    network.stall();
    await silence();
    await answer(503);
    await answer(503);
    network.recover();
    await until(
      () =>
        answer(200).then(
          () => true,
          () => false,
        ),
      20_000,
    );
  });

  it('lets no key in that another process revokes while its look-up hangs', async () => {
    const push = (): Promise<Response> =>
      fetch(`${stage.carillon.url}/scim/v2/Users`, {
        method: 'POST',
        headers: { authorization: `Bearer ${scimKey}`, 'content-type': 'application/scim+json' },
        body: JSON.stringify(userBody('late')),
      });
    const read = (): Promise<Response> => get('/scim/v2/Users', { authorization: `Bearer ${scimKey}` });
    network.stall();
    const hanging = [read(), push(), read()];
    const other = await Database.open(url, storage);
    await other.write((m) => m.update(ScimKeyTable, { id: keyId }, { revokedAt: Date.now() }));
    for (const each of hanging) assert.equal((await each).status, 503);
    assert.equal((await push()).status, 503);
    network.recover();
    await until(async () => (await read()).status === 401, 20_000);
    assert.equal((await push()).status, 401);
    assert.equal(await other.read.countBy(UserTable, { userName: 'late@acme.example' }), 0);
    await other.close();
  });

  it('does without the connections that never answer again', async () => {
    network.stall();
    const reading = (): Promise<unknown> => stage.carillon.house.ground.db.read.query('SELECT 1');
    const readings = Promise.allSettled(Array.from({ length: 10 }, reading));
    await silence();
    await answer(503);
    network.recover('lost');
    for (const ended of await readings) {
      // Some waited for a connection that was made later.
      if (ended.status === 'rejected') assert.equal(faultOf(ended.reason), 'away', String(ended.reason));
    }
    await until(
      () =>
        answer(200).then(
          () => true,
          () => false,
        ),
      20_000,
    );
  });
});
