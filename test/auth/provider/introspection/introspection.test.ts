import assert from 'node:assert/strict';
import type { House } from '../../../../src/app.ts';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import { createAccount } from '../../../../src/accounts/accounts/accounts.ts';
import { ArtifactTable } from '../../../../src/auth/provider/artifacts/artifact.entity.ts';
import { artifactId } from '../../../../src/auth/provider/artifacts/ids.ts';
import { deleteClient, rotateSecret, updateClient } from '../../../../src/auth/provider/clients/clients.ts';
import type { OidcClient } from '../../../../src/auth/provider/clients/client.entity.ts';
import { createSecretCheck } from '../../../../src/auth/provider/clients/secret-check.ts';
import { introspectionPath, introspectionRoute } from '../../../../src/auth/provider/introspection/route.ts';
import type { Session } from '../../../../src/auth/sessions/session.entity.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { newToken } from '../../../../src/platform/ids/ids.ts';
import { createHttpServer } from '../../../../src/platform/http/server.ts';
import { TrailRecordTable } from '../../../../src/trail/record.entity.ts';
import { suspendUser } from '../../../../src/users/lifecycle/administer.ts';
import type { User } from '../../../../src/users/user.entity.ts';
import { type Company, testCompany } from '../../../support/company.ts';
import { testHouse } from '../../../support/house.ts';
import { until } from '../../../support/until.ts';
import { signIn, testClient } from '../support.ts';

const issuer = 'http://localhost:3000/oidc';

interface Party {
  client: OidcClient;
  secret: string;
}

describe('token introspection', () => {
  let house: House & { stop: () => Promise<void> };
  let acme: Company;
  let paula: User;
  let session: Session;
  let wiki: Party;
  let stop: () => Promise<void>;
  let url: string;

  beforeEach(async () => {
    house = await testHouse();
    acme = await testCompany(house);
    paula = await acme.member('paula', 'Pro');
    ({ session } = await signIn(house, paula.id));
    wiki = await party({});
    const { config, log } = house.ground;
    const subjects = { of: (userId: string, { id }: OidcClient): string => `${userId} for ${id}` };
    const hot = [introspectionRoute({ ...house, subjects, check: createSecretCheck(), issuer })];
    const server = createHttpServer({ config, log, metrics: house.metrics, hot, app: (): void => undefined });
    url = `http://127.0.0.1:${await server.listen()}${introspectionPath}`;
    stop = () => server.stop();
  });
  afterEach(async () => {
    clock.reset();
    await stop();
    await house.stop();
  });

  const party = async (input: Parameters<typeof testClient>[2], company = acme): Promise<Party> => {
    const { client, secret } = await testClient(house, company.scope.organisationId, input);
    return { client, secret: secret! };
  };

  /** A token as the provider keeps it. */
  async function issue(
    { client }: Party,
    given: { model?: string; aud?: string; service?: boolean } = {},
  ): Promise<string> {
    const { model = given.service ? 'ClientCredentials' : 'AccessToken', aud, service = false } = given;
    const token = newToken();
    const now = clock.now();
    const iat = Math.floor(now / 1000);
    await house.ground.db.write((m) =>
      m.insert(ArtifactTable, {
        id: artifactId(model, token),
        model,
        organisationId: client.organisationId,
        accountId: service ? null : acme.scope.accountId,
        clientId: client.id,
        userId: service ? null : paula.id,
        grantId: service ? null : 'grant',
        sessionId: service ? null : session.id,
        endsWithSession: !service,
        epoch: service ? null : session.epoch,
        accountEpoch: service ? null : session.accountEpoch,
        userCodeHash: null,
        payload: JSON.stringify({
          iat,
          exp: iat + 600,
          clientId: client.id,
          scope: 'openid profile',
          ...(aud && { aud }),
        }),
        createdAt: now,
        expiresAt: now + 600_000,
        consumedAt: null,
      }),
    );
    return token;
  }

  const post = (form: Record<string, string> | string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(url, { method: 'POST', body: new URLSearchParams(form), headers });
  const ask = async ({ client, secret }: Party, token: string, more = {}): Promise<Record<string, unknown>> => {
    const answer = await post({ client_id: client.id, client_secret: secret, token, ...more });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    return (await answer.json()) as Record<string, unknown>;
  };
  const inactive = { active: false };

  it('tells a client of its own token, and of nobody else’s', async () => {
    const token = await issue(wiki);
    const iat = Math.floor(clock.now() / 1000);
    const told = await ask(wiki, token);
    assert.ok(Math.abs((told['iat'] as number) - iat) <= 1);
    assert.deepEqual(
      { ...told, iat: 0, exp: 0 },
      {
        active: true,
        iss: issuer,
        client_id: wiki.client.id,
        sub: `${paula.id} for ${wiki.client.id}`,
        scope: 'openid profile',
        token_type: 'Bearer',
        iat: 0,
        exp: 0,
      },
    );
    assert.deepEqual(await ask(await party({}), token), inactive);
    assert.deepEqual(await ask(wiki, `${token}x`), inactive);
    assert.deepEqual(await ask(wiki, 'a.b.c'), inactive);
    assert.deepEqual(await ask(wiki, 'x'.repeat(4096)), inactive);
  });

  it('tells a resource server of what was made for it, and the organisation’s own of all, and never across organisations', async () => {
    const aud = 'https://api.acme.example/';
    const [token, other] = [await issue(wiki, { aud }), await issue(wiki)];
    const api = await party({ kind: 'service', resource: aud });
    assert.equal((await ask(api, token))['aud'], aud);
    assert.deepEqual(await ask(api, other), inactive);
    // One whose tokens are for that resource is not that resource.
    assert.deepEqual(await ask(await party({ audience: aud }), token), inactive);
    const gateway = await party({ kind: 'service', introspectsOrganisation: true });
    assert.equal((await ask(gateway, other))['sub'], `${paula.id} for ${wiki.client.id}`);
    const elsewhere = await testCompany(house, 'other.example');
    const foreign = await party({ kind: 'service', introspectsOrganisation: true, resource: aud }, elsewhere);
    assert.deepEqual(await ask(foreign, token), inactive);
  });

  it('finds service and refresh tokens, with or without a hint', async () => {
    const service = await issue(wiki, { service: true });
    const told = await ask(wiki, service);
    assert.deepEqual([told['active'], told['sub']], [true, undefined]);
    const refresh = await issue(wiki, { model: 'RefreshToken' });
    for (const hint of [{}, { token_type_hint: 'refresh_token' }, { token_type_hint: 'access_token' }]) {
      assert.equal((await ask(wiki, refresh, hint))['token_type'], undefined);
      assert.equal((await ask(wiki, refresh, hint))['active'], true);
    }
    await house.ground.db.write((m) =>
      m.update(ArtifactTable, { id: artifactId('RefreshToken', refresh) }, { consumedAt: clock.now() }),
    );
    assert.deepEqual(await ask(wiki, refresh), inactive);
    const code = await issue(wiki, { model: 'AuthorizationCode' });
    assert.deepEqual(await ask(wiki, code), inactive);
  });

  it('says no from the commit of a no on: of the person, their session, their client', async () => {
    const { ground } = house;
    const token = await issue(wiki);
    assert.equal((await ask(wiki, token))['active'], true);
    await suspendUser(ground, acme.scope, paula.id, 'admin');
    assert.deepEqual(await ask(wiki, token), inactive);
    const quentin = await acme.member('quentin', 'Pro');
    paula = quentin;
    ({ session } = await signIn(house, quentin.id));
    const second = await issue(wiki);
    assert.equal((await ask(wiki, second))['active'], true);
    await ground.db.write((m) => house.sessions.end(m, quentin.id, session.id, 'signOut'));
    assert.deepEqual(await ask(wiki, second), inactive);
    ({ session } = await signIn(house, quentin.id));
    const third = await issue(wiki);
    const gateway = await party({ kind: 'service', introspectsOrganisation: true });
    assert.equal((await ask(gateway, third))['active'], true);
    const other = await createAccount(ground, acme.scope.organisationId, { name: 'Other' });
    await updateClient(house, acme.scope.organisationId, wiki.client.id, { accountId: other.id });
    assert.deepEqual(await ask(gateway, third), inactive, 'bound to another account since');
    await updateClient(house, acme.scope.organisationId, wiki.client.id, { accountId: null });
    assert.equal((await ask(gateway, third))['active'], true);
    await deleteClient(house, acme.scope.organisationId, wiki.client.id);
    assert.deepEqual(await ask(gateway, third), inactive);
    await until(async () => !(await ground.db.read.existsBy(ArtifactTable, { clientId: wiki.client.id })));
    assert.equal((await post({ client_id: wiki.client.id, client_secret: wiki.secret, token: third })).status, 401);
  });

  it('says no to a token that is over', async () => {
    const token = await issue(wiki, { service: true });
    clock.advance(599_000);
    assert.equal((await ask(wiki, token))['active'], true);
    clock.advance(1_000);
    assert.deepEqual(await ask(wiki, token), inactive);
  });

  it('takes the secret from the header or the form, and refuses everything else in the same words', async () => {
    const token = await issue(wiki);
    const basic = (id: string, secret: string): { authorization: string } => ({
      authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
    });
    const { client, secret } = wiki;
    assert.equal((await post({ token }, basic(client.id, secret))).status, 200);
    assert.equal((await post({ token, client_id: client.id }, basic(client.id, secret))).status, 200);
    const spa = await testClient(house, acme.scope.organisationId, {
      kind: 'spa',
      redirectUris: ['https://a.example/'],
    });
    const refused: [Record<string, string>, Record<string, string>][] = [
      [{ token }, {}],
      [{ token, client_id: client.id }, {}],
      [{ token, client_id: client.id, client_secret: `${secret}x` }, {}],
      [{ token, client_id: client.id, client_secret: client.secretHash! }, {}],
      [{ token, client_id: 'nobody', client_secret: secret }, {}],
      [{ token, client_id: spa.client.id }, {}],
      [{ token, client_id: spa.client.id, client_secret: 'x' }, {}],
      [{ token, client_id: 'another' }, basic(client.id, secret)],
      [{ token, client_secret: secret }, basic(client.id, secret)],
      [{ token }, basic(client.id, `${secret}x`)],
      [{ token }, { authorization: 'Basic !!' }],
      [{ token }, { authorization: `Bearer ${token}` }],
    ];
    const bodies = new Set<string>();
    for (const [form, headers] of refused) {
      const answer = await post(form, headers);
      assert.equal(answer.status, 401);
      const challenge = answer.headers.get('www-authenticate');
      assert.equal(challenge, headers['authorization'] ? 'Basic realm="Carillon"' : null);
      bodies.add(await answer.text());
    }
    assert.equal(bodies.size, 1);
    assert.equal((JSON.parse([...bodies][0]!) as { error: string }).error, 'invalid_client');
    const twice = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `token=${token}&token=x&client_id=${client.id}&client_secret=${secret}`,
    });
    assert.deepEqual([twice.status, ((await twice.json()) as { error: string }).error], [400, 'invalid_request']);
    assert.equal((await post({ client_id: client.id, client_secret: secret })).status, 400);
  });

  it('knows a client by the signature of its own key, once for each assertion', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwks = { keys: [publicKey.export({ format: 'jwk' })] };
    const gateway = await party({ kind: 'service', introspectsOrganisation: true, jwks });
    const { id } = gateway.client;
    const token = await issue(wiki);
    const now = Math.floor(clock.now() / 1000);
    const good = { iss: id, sub: id, aud: issuer, exp: now + 60 };
    const signed = (claims: JWTPayload, key = privateKey): Promise<string> =>
      new SignJWT({ jti: randomUUID(), ...claims }).setProtectedHeader({ alg: 'ES256' }).sign(key);
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const send = async (assertion: string, more: Record<string, string> = {}): Promise<number> =>
      (await post({ token, client_assertion: assertion, client_assertion_type: type, ...more })).status;
    const once = await signed(good);
    assert.deepEqual([await send(once), await send(once)], [200, 401]);
    assert.equal(await send(await signed(good), { client_id: id }), 200);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    for (const wrong of [
      await signed(good, other),
      await signed({ ...good, aud: 'https://elsewhere.example' }),
      await signed({ ...good, iss: wiki.client.id }),
      await signed({ ...good, iss: wiki.client.id, sub: wiki.client.id }),
      await signed({ ...good, exp: now - 60 }),
      await signed({ ...good, exp: now + 86_400 }),
      await signed({ iss: id, sub: id, aud: issuer }),
      'x.y.z',
      '',
    ]) {
      assert.equal(await send(wrong), 401);
    }
    assert.equal(await send(await signed(good), { client_id: wiki.client.id }), 401);
    assert.equal(await send(await signed(good), { client_id: wiki.client.id, client_secret: wiki.secret }), 401);
  });

  it('follows a rotated secret at once, and slows down whoever guesses', async () => {
    const token = await issue(wiki);
    const { secret } = await rotateSecret(house, acme.scope.organisationId, wiki.client.id, 0);
    const form = { token, client_id: wiki.client.id };
    assert.equal((await post({ ...form, client_secret: wiki.secret })).status, 401);
    assert.equal((await post({ ...form, client_secret: secret })).status, 200);
    for (let i = 0; i < 19; i++) await post({ ...form, client_secret: `wrong ${i}` });
    const slowed = await post({ ...form, client_secret: 'wrong' });
    assert.equal(slowed.status, 429);
    assert.ok(Number(slowed.headers.get('retry-after')) > 0);
    assert.equal((await post({ ...form, client_secret: secret })).status, 200, 'who knows it is not held up');
  });

  it('keeps no record of a stranger, and slows them down by address, whatever they name', async () => {
    const token = await issue(wiki);
    const { client } = wiki;
    const records = async (): Promise<(string | null)[]> => {
      await house.ground.trail.flush();
      const found = await house.ground.db.read.findBy(TrailRecordTable, { eventName: 'IntrospectToken' });
      return found.map(({ organisationId }) => organisationId);
    };
    const strange = (i: number): Record<string, string>[] => [
      { token },
      { token, client_id: `nobody-${i}`, client_secret: 'x' },
      { token, client_assertion: 'x.y.z', client_assertion_type: 'x' },
    ];
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) for (const form of strange(i)) statuses.push((await post(form)).status);
    assert.deepEqual(statuses, [...Array<number>(20).fill(401), ...Array<number>(10).fill(429)]);
    assert.deepEqual(await records(), []);
    assert.equal((await post({ token, client_id: client.id, client_secret: 'x' })).status, 401);
    assert.deepEqual(await records(), [client.organisationId]);
    assert.equal((await ask(wiki, token))['active'], true, 'who is known is not held up');
  });
});
