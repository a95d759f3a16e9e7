import assert from 'node:assert/strict';
import type { House } from '../../../../src/app.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import {
  type createClient,
  deleteClient,
  listClients,
  rotateSecret,
  updateClient,
} from '../../../../src/auth/provider/clients/clients.ts';
import { describeClient } from '../../../../src/auth/provider/clients/metadata.ts';
import { isSecret, secretsOf } from '../../../../src/auth/provider/clients/secrets.ts';
import { createSecretCheck } from '../../../../src/auth/provider/clients/secret-check.ts';
import { listTrail } from '../../../../src/trail/list.ts';
import { type Company, testCompany } from '../../../support/company.ts';
import { testHouse } from '../../../support/house.ts';
import { signIn, takePart, testClient } from '../support.ts';

const coded = (code: string, field?: string) => (error: unknown) => {
  const found = error as { code?: string; field?: string };
  assert.equal(found.code, code);
  if (field) assert.equal(found.field, field);
  return true;
};

describe('registered clients', () => {
  let house: House & { stop: () => Promise<void> };
  let acme: Company;
  let organisationId: string;

  before(async () => {
    house = await testHouse();
    acme = await testCompany(house);
    organisationId = acme.scope.organisationId;
  });
  after(() => house.stop());
  afterEach(() => clock.reset());

  it('are registered with a secret that is shown once and kept as a hash alone', async () => {
    const { client, secret } = await testClient(house, organisationId);
    assert.match(secret!, /^carillon_client_[\w-]{43}$/);
    const [row] = await house.ground.db.read.query<Record<string, unknown>[]>(
      `SELECT * FROM "oidc_clients" WHERE "id" = '${client.id}'`,
    );
    assert.ok(!JSON.stringify(row).includes(secret!));
    assert.ok(isSecret(secretsOf(client), secret!));
    assert.ok(!isSecret(secretsOf(client), `${secret}x`));
    const [record] = await listTrail(house.ground, { organisationId, eventName: 'CreateClient', limit: 1 });
    assert.ok(!JSON.stringify(record).includes(secret!));
    assert.deepEqual(record?.responseElements, { clientId: client.id });
  });

  it('have two good secrets while one is replaced, and one after that', async () => {
    const { client, secret } = await testClient(house, organisationId);
    const rotated = await rotateSecret(house, organisationId, client.id, 2);
    const good = async (given: string): Promise<boolean> =>
      isSecret(secretsOf((await house.clients.find(client.id))!), given);
    assert.deepEqual([await good(secret!), await good(rotated.secret)], [true, true]);
    clock.advance(2 * 3_600_000);
    assert.deepEqual([await good(secret!), await good(rotated.secret)], [false, true]);
    const again = await rotateSecret(house, organisationId, client.id, 0);
    assert.deepEqual([await good(rotated.secret), await good(again.secret)], [false, true]);
    await assert.rejects(
      rotateSecret(house, organisationId, client.id, 1000),
      coded('client.rotationInvalid', 'formerGoodHours'),
    );
    const spa = await testClient(house, organisationId, {
      kind: 'spa',
      redirectUris: ['https://app.acme.example/'],
    });
    assert.equal(spa.secret, null);
    await assert.rejects(rotateSecret(house, organisationId, spa.client.id), coded('client.secretLess'));
  });

  it('that use Login with Amazon have its scopes, and nothing of OpenID Connect’s own', async () => {
    const { client } = await testClient(house, organisationId, { protocol: 'amazon' });
    assert.deepEqual(client.scopes, ['profile', 'profile:user_id', 'postal_code']);
    assert.deepEqual([client.subjectType, client.sectorIdentifier], ['pairwise', 'wiki.acme.example']);
    const device = await testClient(house, organisationId, { kind: 'device', protocol: 'amazon' });
    assert.deepEqual([device.client.subjectType, device.client.authentication], ['pairwise', 'none']);
    for (const [input, code, field] of [
      [{ protocol: 'saml' }, 'client.protocolInvalid', 'protocol'],
      [{ kind: 'service', protocol: 'amazon' }, 'client.protocolInvalid', 'protocol'],
      [{ scopes: ['openid', 'profile'] }, 'client.amazonScopeInvalid', 'scopes'],
      [{ scopes: [] }, 'client.amazonScopeInvalid', 'scopes'],
      [
        { postLogoutRedirectUris: ['https://wiki.acme.example/bye'] },
        'client.settingForeign',
        'postLogoutRedirectUris',
      ],
      [{ grantTypes: ['authorization_code', 'client_credentials'] }, 'client.settingForeign', 'grantTypes'],
      [{ accessTokenFormat: 'jwt', audience: 'https://api.example/' }, 'client.settingForeign', 'accessTokenFormat'],
      [{ audience: 'https://api.example/' }, 'client.settingForeign', 'audience'],
      [{ resource: 'https://api.example/' }, 'client.settingForeign', 'resource'],
      [{ introspectsOrganisation: true }, 'client.settingForeign', 'introspectsOrganisation'],
      [{ protocol: 'openid', queryTokens: true }, 'client.settingForeign', 'queryTokens'],
    ] as const) {
      await assert.rejects(testClient(house, organisationId, { protocol: 'amazon', ...input }), coded(code, field));
    }
  });

  it('are changed, and every request sees the change at once', async () => {
    const { client } = await testClient(house, organisationId);
    assert.equal((await house.clients.find(client.id))?.name, 'Wiki');
    const redirectUris = ['https://wiki.acme.example/a', 'https://wiki.acme.example/b'];
    await updateClient(house, organisationId, client.id, { name: 'Lexicon', redirectUris });
    const found = await house.clients.find(client.id);
    assert.deepEqual(
      [found?.name, found?.redirectUris, found?.sectorIdentifier],
      ['Lexicon', redirectUris, 'wiki.acme.example'],
    );
    assert.equal(found?.secretHash, client.secretHash);
    await assert.rejects(
      updateClient(house, organisationId, client.id, { redirectUris: [] }),
      coded('client.redirectMissing', 'redirectUris'),
    );
  });

  it('keep their sector when their host changes, so that people stay who they are', async () => {
    const { client } = await testClient(house, organisationId);
    const moved = await updateClient(house, organisationId, client.id, {
      redirectUris: ['https://new.acme.example/', 'https://other.acme.example/'],
    });
    assert.equal(moved.sectorIdentifier, 'wiki.acme.example');
    await assert.rejects(
      testClient(house, organisationId, { redirectUris: ['https://a.example/', 'https://b.example/'] }),
      coded('client.sectorInvalid', 'sectorIdentifier'),
    );
  });

  it('are of their organisation alone', async () => {
    const other = await testCompany(house, 'other.example');
    const { client } = await testClient(house, organisationId);
    const elsewhere = other.scope.organisationId;
    await assert.rejects(updateClient(house, elsewhere, client.id, { name: 'x' }), coded('client.notFound'));
    await assert.rejects(rotateSecret(house, elsewhere, client.id), coded('client.notFound'));
    await assert.rejects(deleteClient(house, elsewhere, client.id), coded('client.notFound'));
    await assert.rejects(
      testClient(house, organisationId, { accountId: other.scope.accountId }),
      coded('client.accountInvalid', 'accountId'),
    );
    assert.ok(!(await listClients(house.ground.db.read, elsewhere)).some(({ id }) => id === client.id));
  });

  it('are refused with the field that is at fault', async () => {
    const refused: [Parameters<typeof createClient>[2], string, string][] = [
      [{ name: ' ' }, 'client.nameInvalid', 'name'],
      [{ kind: 'desktop' }, 'client.kindInvalid', 'kind'],
      [{ kind: 'service', redirectUris: ['https://a.example/'] }, 'client.redirectUnwanted', 'redirectUris'],
      [{ grantTypes: ['implicit'] }, 'client.grantInvalid', 'grantTypes'],
      [{ grantTypes: ['refresh_token'] }, 'client.grantInvalid', 'grantTypes'],
      [{ scopes: ['profile'] }, 'client.scopeInvalid', 'scopes'],
      [{ scopes: ['openid', 'a"b'] }, 'client.scopeInvalid', 'scopes'],
      [{ subjectType: 'other' }, 'client.subjectInvalid', 'subjectType'],
      [{ accessTokenFormat: 'jwt' }, 'client.audienceInvalid', 'audience'],
      [
        { accessTokenFormat: 'jwt', audience: 'urn:x', accessTokenSeconds: 301 },
        'client.tokenLifeInvalid',
        'accessTokenSeconds',
      ],
      [{ audience: 'https://api.example/#x' }, 'client.audienceInvalid', 'audience'],
      [{ jwks: { keys: [] } }, 'client.keyInvalid', 'jwks'],
      [{ jwks: '{' }, 'client.keyInvalid', 'jwks'],
      [{ backchannelLogoutUri: 'http://wiki.acme.example/out' }, 'client.redirectInvalid', 'backchannelLogoutUri'],
      [{ backchannelLogoutUri: 'https://127.0.0.1/out' }, 'outbound.notAllowed', 'backchannelLogoutUri'],
    ];
    for (const [input, code, field] of refused) {
      await assert.rejects(testClient(house, organisationId, input), coded(code, field));
    }
  });

  it('are deleted with a record, and leave an event and a logout token for whom they served', async () => {
    const { ground } = house;
    const paula = await acme.member('paula', 'Pro');
    const { session } = await signIn(house, paula.id);
    const { client } = await testClient(house, organisationId, { backchannelLogoutUri: 'https://1.1.1.1/out' });
    await takePart(house, client, session);
    await deleteClient(house, organisationId, client.id);
    assert.equal(await house.clients.find(client.id), null);
    const [delivery] = await ground.db.read.query<{ because: string; uri: string }[]>(
      `SELECT * FROM "logout_deliveries" WHERE "clientId" = '${client.id}'`,
    );
    assert.deepEqual([delivery?.because, delivery?.uri], ['clientDeleted', 'https://1.1.1.1/out']);
    const [event] = await ground.db.read.query<{ topic: string }[]>(
      `SELECT "topic" FROM "outbox" WHERE "subject" = '${client.id}' AND "topic" = 'client.deleted'`,
    );
    assert.equal(event?.topic, 'client.deleted');
  });

  it('go with their account, and with their organisation', async () => {
    const other = await testCompany(house, 'gone.example');
    const { organisationId: gone, accountId } = other.scope;
    const bound = await testClient(house, gone, { accountId });
    const free = await testClient(house, gone);
    const { ground, upstairs, clients } = house;
    await ground.db.write((m) => upstairs.accountsDeleted(m, [accountId]));
    assert.deepEqual(
      [await clients.find(bound.client.id), (await clients.find(free.client.id))?.id],
      [null, free.client.id],
    );
    await ground.db.write((m) => upstairs.organisationDeleted(m, gone));
    assert.equal(await clients.find(free.client.id), null);
  });

  it('that guess secrets are slowed, each client and address by itself', async () => {
    const check = createSecretCheck();
    const { client, secret } = await testClient(house, organisationId);
    const secrets = secretsOf(client);
    for (let i = 0; i < 20; i++) assert.equal(await check(client.id, secrets, `wrong ${i}`), false);
    await assert.rejects(check(client.id, secrets, 'wrong'), coded('rate.exceeded'));
    assert.equal(await check(client.id, secrets, secret!), true);
    assert.equal(await check('another', [], 'wrong'), false);
  });

  it('are told to oidc-provider without anything that opens', async () => {
    const { client, secret } = await testClient(house, organisationId);
    const metadata = describeClient(client);
    assert.ok(!isSecret(secretsOf(client), metadata.client_secret!));
    assert.ok(!JSON.stringify(metadata).includes(secret!));
    assert.equal(metadata.sector_identifier_uri, 'https://wiki.acme.example/');
  });
});
