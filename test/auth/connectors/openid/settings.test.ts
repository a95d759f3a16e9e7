import assert from 'node:assert/strict';
import { connectionIdOf } from '../../../../src/auth/connectors/openid/addresses.ts';
import { ConnectionTable } from '../../../../src/auth/connectors/openid/connection.entity.ts';
import { saveConnection } from '../../../../src/auth/connectors/openid/settings.ts';
import { createOutbound } from '../../../../src/platform/outbound/outbound.ts';
import type { CarillonError } from '../../../../src/platform/errors/errors.ts';
import { type Company, testCompany } from '../../../support/company.ts';
import { testConfig, testHouse } from '../../../support/house.ts';
import { type RogueProvider, startRogueProvider } from '../../../support/rogue-provider.ts';

describe('saving an OpenID connection', () => {
  let house: Awaited<ReturnType<typeof testHouse>>;
  let provider: RogueProvider;
  let acme: Company;
  beforeEach(async () => {
    provider = await startRogueProvider();
    house = await testHouse(testConfig({ outboundPrivateHosts: [new URL(provider.url).host] }));
    acme = await testCompany(house);
  });
  afterEach(async () => {
    await house.stop();
    await provider.close();
  });

  const save = (input: Partial<Parameters<typeof saveConnection>[3]> = {}) =>
    saveConnection(house.ground, house.outbound, acme.scope, {
      issuer: provider.issuer,
      clientId: provider.clientId,
      clientSecret: provider.clientSecret,
      redirect: 'own',
      ...input,
    });
  const stored = () => house.ground.db.read.find(ConnectionTable);

  it('security check 44: refuses a discovery document whose addresses point inwards, and says which', async () => {
    const before = await stored();
    for (const [what, url] of [
      ['jwks_uri', 'http://169.254.169.254/jwks'],
      ['token_endpoint', 'https://10.0.0.7/token'],
      ['userinfo_endpoint', 'https://[::1]/userinfo'],
      ['authorization_endpoint', 'javascript:alert(1)'],
    ] as const) {
      provider.set({ metadata: { [what]: url } });
      await assert.rejects(save(), (error: CarillonError) => {
        assert.equal(error.code, 'connection.endpointRefused', what);
        assert.equal(error.field, 'issuer');
        assert.match(error.message, new RegExp(what));
        return true;
      });
    }
    assert.deepEqual(await stored(), before);
  });

  it('security check 44: sends no provider’s secret to another private host, even to one that the operator listed', async () => {
    const inner = await startRogueProvider();
    const { outbound } = house;
    const open = createOutbound({ privateHosts: [new URL(provider.url).host, new URL(inner.url).host] });
    house.outbound = open;
    try {
      provider.set({ metadata: { token_endpoint: `${inner.url}/token` } });
      await assert.rejects(save(), { code: 'connection.endpointRefused', field: 'issuer' });
      assert.equal(inner.requests.length, 0);
    } finally {
      house.outbound = outbound;
      await open.close();
      await inner.close();
    }
  });

  it('refuses what is no discovery document of this issuer, and inner hosts that nobody listed', async () => {
    provider.set({ metadata: { issuer: 'https://another.example' } });
    await assert.rejects(save(), { code: 'connection.discoveryFailed', field: 'issuer' });
    for (const issuer of ['https://127.0.0.1', 'http://10.0.0.1', 'https://localhost', 'https://2130706433/']) {
      await assert.rejects(save({ issuer }), { code: 'connection.discoveryFailed' }, issuer);
    }
    for (const issuer of ['ftp://x', 'https://user@x.example', 'https://x.example/?a=b', 'nonsense']) {
      await assert.rejects(save({ issuer }), { code: 'connection.issuerInvalid', field: 'issuer' }, issuer);
    }
  });

  it('keeps a secret only for whom it was given, and asks again when the issuer or the client changes', async () => {
    await save();
    await save({ clientSecret: '' });
    const other = await startRogueProvider();
    try {
      await assert.rejects(save({ issuer: other.issuer, clientSecret: '' }), { code: 'connection.secretMissing' });
      await assert.rejects(save({ clientId: 'another', clientSecret: '' }), { code: 'connection.secretMissing' });
      assert.equal(other.requests.length, 0, 'and nobody else was asked anything');
    } finally {
      await other.close();
    }
  });

  it('knows the addresses of a connection before there is one', () => {
    assert.equal(connectionIdOf('a'), connectionIdOf('a'));
    assert.notEqual(connectionIdOf('a'), connectionIdOf('b'));
    assert.match(connectionIdOf('a'), /^[0-9a-f]{16}$/);
  });
});
