import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';
import { createServer as createTlsServer } from 'node:https';
import { createUDPServer, Packet } from 'dns2';
import { saveConnection } from '../../../src/auth/connectors/openid/settings.ts';
import type { Lookup } from '../../../src/platform/outbound/connector.ts';
import { createOutbound, type Outbound } from '../../../src/platform/outbound/outbound.ts';
import { makeCertificate } from '../../../src/platform/secrets/certificate.ts';
import { testClient } from '../../auth/provider/support.ts';
import { assertRefused, nobody, setStage, signIn, type Stage, whoIsIn } from '../../auth/pages/support.ts';
import { portOf } from '../../support/port.ts';

/** Hosts that lead inwards, however they are spelled; names are resolved by the test's own DNS server. */
const inner = [
  // Metadata services of the clouds.
  '169.254.169.254',
  '[fd00:ec2::254]',
  '169.254.170.2',
  '100.100.100.200',
  '192.0.0.192',
  '2852039166',
  '0xa9fea9fe',
  '0xa9.0xfe.0xa9.0xfe',
  '0251.0376.0251.0376',
  '169.254.43518',
  '169.16689662',
  '[::ffff:169.254.169.254]',
  '[::ffff:a9fe:a9fe]',
  '[64:ff9b::a9fe:a9fe]',
  '[2002:a9fe:a9fe::]',
  '[0:0:0:0:0:ffff:169.254.169.254]',
  // Loopback and unspecified.
  '127.0.0.1',
  '127.0.0.53',
  '127.255.255.254',
  '127.1',
  '127.0.1',
  '2130706433',
  '017700000001',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '0',
  '0.0.0.0',
  '0x0',
  '00000',
  '0.1.2.3',
  '[::]',
  '[::1]',
  '[0000:0000:0000:0000:0000:0000:0000:0001]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:0:127.0.0.1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '①②⑦.⓪.⓪.①',
  '127。0。0。1',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'sub.localhost',
  // Private, shared, link-local, unique local, multicast, reserved.
  '10.0.0.1',
  '012.0.0.1',
  '10.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '192.168.257',
  '3232235777',
  '100.64.0.1',
  '169.254.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '240.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '[fe80::1]',
  '[fec0::1]',
  '[fc00::1]',
  '[fdff:ffff::1]',
  '[ff02::1]',
  '[2001:db8::1]',
  '[::ffff:10.0.0.1]',
  '[::ffff:192.168.0.1]',
  // Names.
  'inner.test',
  'inner.test.',
  'INNER.test',
  'six.test',
  'mapped.test',
  'zero.test',
  'mixed.test',
  'metadata.test',
];

/** name → its addresses. */
const zone: Record<string, string[]> = {
  'inner.test': ['10.0.0.7'],
  'six.test': ['fd00::7'],
  'mapped.test': ['::ffff:127.0.0.1'],
  'zero.test': ['0.0.0.0'],
  'mixed.test': ['93.184.216.34', '192.168.0.1'],
  'metadata.test': ['169.254.169.254'],
};

describe('outbound: where a request must not go', function () {
  this.timeout(60_000);
  let dns: ReturnType<typeof createUDPServer>;
  let resolver: Resolver;
  const asked: string[] = [];
  /** A name whose address is another at each question. */
  let turns = 0;

  before(async () => {
    const { TYPE, CLASS } = Packet;
    dns = createUDPServer((request, send) => {
      const question = request.questions[0] as { name: string; type?: number };
      const name = question.name.toLowerCase().replace(/\.$/, '');
      asked.push(name);
      const all = name === 'rebind.test' ? [turns++ === 0 ? '127.0.0.2' : '127.0.0.3'] : (zone[name] ?? []);
      const type = question.type ?? TYPE.A;
      const response = Packet.createResponseFromRequest(request);
      response.answers = all
        .filter((address) => address.includes(':') === (type === TYPE.AAAA))
        .map((address) => ({ name, type, class: CLASS.IN, ttl: 0, address })) as never;
      send(response).catch(() => undefined);
    });
    const bound = once(dns, 'listening');
    dns.bind(0, '127.0.0.1');
    await bound;
    resolver = new Resolver({ timeout: 1000, tries: 2 });
    resolver.setServers([`127.0.0.1:${dns.address().port}`]);
  });
  after(async () => {
    dns.close();
    await once(dns, 'close');
  });

  /** As the system resolves, but by the test's own server. */
  const lookup: Lookup = async (hostname) => {
    if (/^(?:.*\.)?localhost\.?$/.test(hostname)) return [{ address: '127.0.0.1', family: 4 }];
    const four = (await resolver.resolve4(hostname).catch(() => [])).map((address) => ({ address, family: 4 }));
    if (four.length > 0) return four;
    return (await resolver.resolve6(hostname)).map((address) => ({ address, family: 6 }));
  };
  const using = async (outbound: Outbound, work: (outbound: Outbound) => Promise<void>): Promise<void> => {
    try {
      await work(outbound);
    } finally {
      await outbound.close();
    }
  };

  it('security check 44: every spelling of an inner address is refused, before anything is sent, with any port and path', () =>
    using(createOutbound({ privateHosts: [], lookup, timeoutMs: 3000 }), async (outbound) => {
      assert.ok(inner.length >= 70);
      for (const host of inner) {
        for (const url of [`https://${host}/`, `https://${host}:8443/latest/meta-data?x=y`, `http://${host}/`]) {
          await assert.rejects(outbound.fetch(url), { code: 'outbound.notAllowed' }, url);
          await assert.rejects(outbound.check(url), { code: 'outbound.notAllowed' }, url);
        }
      }
      assert.ok(asked.includes('inner.test') && asked.includes('mixed.test'), 'names were really asked for');
    }));

  it('security check 44: a name that leads elsewhere a moment later is dialled where it was checked (DNS rebinding)', async () => {
    const tls = makeCertificate(['rebind.test']);
    const outer = createTlsServer(tls, (_, res) => res.end('outer'));
    outer.listen(0, '127.0.0.2');
    await once(outer, 'listening');
    let reached = 0;
    const within = createTlsServer(tls, (_, res) => {
      reached += 1;
      res.end('inner');
    });
    within.listen(portOf(outer), '127.0.0.3');
    await once(within, 'listening');
    const isPublic = (address: string): boolean => address === '127.0.0.2';
    const options = { privateHosts: [], lookup, isPublic, ca: [tls.cert] };
    try {
      const url = `https://rebind.test:${portOf(outer)}/`;
      turns = 0;
      await using(createOutbound(options), async (outbound) => {
        assert.equal(await (await outbound.fetch(url)).text(), 'outer');
        assert.equal(turns, 1, 'it was asked for once, for the check and for the dial');
      });
      // The answer has changed by now: checked at saving, it is checked again at each use.
      await using(createOutbound(options), (outbound) =>
        assert.rejects(outbound.fetch(url), { code: 'outbound.notAllowed' }),
      );
      turns = 0;
      await using(createOutbound(options), async (outbound) => {
        await outbound.check(url);
        await assert.rejects(outbound.fetch(url), { code: 'outbound.notAllowed' });
      });
      assert.equal(reached, 0);
    } finally {
      for (const server of [outer, within]) {
        server.closeAllConnections();
        server.close();
      }
    }
  });

  describe('by every address that somebody else may choose', () => {
    let stage: Stage;
    const guarded: Outbound[] = [];
    before(async () => {
      stage = await setStage({ signInRate: 1_000_000 });
    });
    after(async () => {
      for (const outbound of guarded) await outbound.close();
      await stage.stop();
    });
    /** The agent of the house, with the test's own names. */
    const agent = (): Outbound => {
      const outbound = createOutbound({ privateHosts: [new URL(stage.provider.url).host], lookup, timeoutMs: 3000 });
      guarded.push(outbound);
      return outbound;
    };

    it('security check 44: the issuer that an administrator types', async () => {
      const { ground } = stage.carillon.house;
      const input = { clientId: 'x', clientSecret: 'x', redirect: 'own' as const };
      const outbound = agent();
      for (const host of inner) {
        for (const issuer of [`https://${host}`, `http://${host}`]) {
          const saved = saveConnection(ground, outbound, stage.company.scope, { ...input, issuer });
          await assert.rejects(saved, { code: /^connection\.(?:discoveryFailed|issuerInvalid)$/ }, issuer);
        }
      }
    });

    it('security check 44: each address of a discovery document, when it is saved', async () => {
      const { ground } = stage.carillon.house;
      const { issuer, clientId, clientSecret } = stage.provider;
      const outbound = agent();
      for (const what of ['jwks_uri', 'token_endpoint', 'userinfo_endpoint']) {
        for (const host of inner) {
          stage.provider.set({ metadata: { [what]: `https://${host}/x` } });
          const input = { issuer, clientId, clientSecret, redirect: 'own' as const };
          const saved = saveConnection(ground, outbound, stage.company.scope, input);
          await assert.rejects(saved, { code: 'connection.endpointRefused', field: 'issuer' }, `${what} ${host}`);
        }
      }
      stage.provider.set({});
    });

    it('security check 44: and when they have changed since: nobody is signed in, and nobody inside is asked', async () => {
      const { carillon, provider } = stage;
      for (const what of ['jwks_uri', 'token_endpoint', 'userinfo_endpoint']) {
        for (const url of [
          'https://169.254.169.254/x',
          'https://[::ffff:127.0.0.1]/x',
          'https://0x7f.1/x',
          'https://localhost./x',
          'http://10.0.0.1/x',
        ]) {
          carillon.house.providers.forget({ id: stage.company.scope.connectionId });
          provider.set({ metadata: { [what]: url } });
          assertRefused(await signIn(carillon.visitor()), 502, /cannot be reached at the moment/);
        }
      }
      carillon.house.providers.forget({ id: stage.company.scope.connectionId });
      provider.set({ token: 'redirects' });
      const page = await signIn(carillon.visitor());
      assert.ok([400, 502].includes(page.status), 'a redirect of the token endpoint is not followed');
      assert.deepEqual(await whoIsIn(stage), nobody);
      provider.set({});
    });

    it('security check 44: the back-channel address of an application, when it is registered', async () => {
      const { house } = stage.carillon;
      const hands = { ...house, outbound: agent() };
      for (const host of inner) {
        for (const scheme of ['https', 'http']) {
          const input = { backchannelLogoutUri: `${scheme}://${host}/logout` };
          const made = testClient(hands, stage.company.scope.organisationId, input);
          await assert.rejects(made, { code: /^(?:outbound\.notAllowed|client\.redirectInvalid)$/ }, host);
        }
      }
    });

    it('security check 44: nothing else that an application is registered with is ever called', async () => {
      const metadata = (await (
        await fetch(`${stage.carillon.url}/oidc/.well-known/openid-configuration`)
      ).json()) as Record<string, unknown>;
      assert.equal(metadata['request_uri_parameter_supported'], false);
      assert.equal(metadata['registration_endpoint'], undefined);
      const { client } = await testClient(stage.carillon.house, stage.company.scope.organisationId, {
        ...({
          jwksUri: 'https://169.254.169.254/jwks',
          jwks_uri: 'https://169.254.169.254/jwks',
          logoUri: 'https://169.254.169.254/logo',
          sector_identifier_uri: 'https://169.254.169.254/sector',
          request_uris: ['https://169.254.169.254/request'],
        } as object),
      });
      assert.doesNotMatch(JSON.stringify(client), /169\.254/);
    });
  });
});
