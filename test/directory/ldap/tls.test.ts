import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { LdapFault, type Reason, type Step } from '../../../src/directory/ldap/client/fault.ts';
import { CarillonError } from '../../../src/platform/errors/errors.ts';
import { createOutbound } from '../../../src/platform/outbound/outbound.ts';
import { selfSigned, TestAuthority } from '../../support/authority.ts';
import { startFakeAd } from '../../support/fake-ad.ts';
import type { KeptServer } from '../../support/kept-server.ts';
import { portOf } from '../../support/port.ts';
import { isSlapdHere, type Slapd, startSlapd } from '../../support/slapd.ts';
import { clientAt, type TestDirectory } from './support.ts';

/** At which step, and why, a directory cannot be used. */
async function faultOf(server: TestDirectory, at?: string, more = {}): Promise<[Step, Reason]> {
  const client = clientAt(server, at, more);
  try {
    await client.rootDse();
  } catch (error) {
    assert.ok(error instanceof CarillonError && error.cause instanceof LdapFault, String(error));
    return [error.cause.step, error.cause.reason];
  } finally {
    client.close();
  }
  throw new Error('it could be used');
}

(isSlapdHere() ? describe : describe.skip)('TLS, with OpenLDAP servers that have a fault', () => {
  const authority = new TestAuthority();
  const other = new TestAuthority('Another Authority');
  const servers: (Slapd & KeptServer)[] = [];
  const start = async (options: Parameters<typeof startSlapd>[0]): Promise<Slapd> => {
    const server = await startSlapd(options);
    servers.push(server);
    return server;
  };
  before(function () {
    this.timeout(60_000);
  });
  after(() => Promise.all(servers.map((server) => server.stop())));

  const faults: [string, NonNullable<NonNullable<Parameters<typeof startSlapd>[0]>['tls']>, Reason][] = [
    [
      'expired',
      (host) => ({ certificate: authority.issue({ names: [host], from: -9, until: -2 }), ca: authority.cert }),
      'certificateExpired',
    ],
    [
      'not valid yet',
      (host) => ({ certificate: authority.issue({ names: [host], from: 2, until: 9 }), ca: authority.cert }),
      'certificateNotYetValid',
    ],
    [
      'for another host',
      () => ({ certificate: authority.issue({ names: ['other.example.test', '127.0.0.1'] }), ca: authority.cert }),
      'wrongHost',
    ],
    ['self-signed', (host) => ({ certificate: selfSigned({ names: [host] }), ca: authority.cert }), 'selfSigned'],
    [
      'of an authority that nobody trusts here',
      (host) => ({ certificate: authority.issue({ names: [host] }), ca: other.cert }),
      'unknownAuthority',
    ],
  ];
  for (const [what, tls, reason] of faults) {
    it(`security check 27: a certificate that is ${what} is refused, over LDAPS and StartTLS`, async function () {
      this.timeout(30_000);
      const server = await start({ tls });
      assert.deepEqual(await faultOf(server), ['tls', reason]);
      assert.deepEqual(await faultOf(server, server.startTlsUrl), ['tls', reason]);
    });
  }

  it('security check 27: without an authority of its own a directory needs one that the system trusts', async () => {
    const server = await start({});
    assert.deepEqual(await faultOf(server, server.url, { ca: null }), ['tls', 'unknownAuthority']);
  });

  it('security check 27: a server without TLS gets no password: it refuses StartTLS, and that is the end', async () => {
    const server = await start({ tls: null });
    assert.deepEqual(await faultOf(server, server.startTlsUrl), ['startTls', 'startTlsRefused']);
    assert.deepEqual(await faultOf(server, server.startTlsUrl.replace('ldap:', 'ldaps:')), ['tls', 'closed']);
  });
});

describe('TLS, with somebody on the way', () => {
  it('security check 27: StartTLS that is refused, tampered with or stalled ends before any bind', async () => {
    const expected = { refuse: 'startTlsRefused', inject: 'startTlsStripped', ignore: 'timedOut' } as const;
    for (const [startTls, reason] of Object.entries(expected)) {
      const fake = await startFakeAd({ startTls: startTls as keyof typeof expected });
      const limits = { lastConnectMs: 500 };
      assert.deepEqual(await faultOf(fake, fake.startTlsUrl, { limits }), ['startTls', reason]);
      assert.deepEqual(fake.binds, []);
      await fake.stop();
    }
  });

  it('what speaks no TLS, or no LDAP, is told apart', async () => {
    const chatty: Server = createServer((socket) => {
      socket.on('error', () => {});
      socket.write('220 smtp.example.test ready\r\n');
    });
    await new Promise<void>((done) => chatty.listen(0, '127.0.0.1', done));
    const fake = await startFakeAd();
    const at = `127.0.0.1:${portOf(chatty)}`;
    assert.deepEqual(await faultOf(fake, `ldaps://${at}`), ['tls', 'notTls']);
    assert.deepEqual(await faultOf(fake, `ldap://${at}`), ['startTls', 'malformed']);
    assert.deepEqual(await faultOf(fake, 'ldaps://127.0.0.1:1'), ['tcp', 'refused']);
    chatty.close();
    await fake.stop();
  });

  it('security check 44: a directory on a private address needs the operator’s word, and names are resolved once', async () => {
    const fake = await startFakeAd();
    const nobody = { outbound: createOutbound({ privateHosts: [] }) };
    assert.deepEqual(await faultOf(fake, fake.url, nobody), ['resolve', 'notAllowed']);
    assert.deepEqual(await faultOf(fake, 'ldap://[::1]:389', nobody), ['resolve', 'notAllowed']);
    const otherPort = { outbound: createOutbound({ privateHosts: ['127.0.0.1:1'] }) };
    assert.deepEqual(await faultOf(fake, fake.url, otherPort), ['resolve', 'notAllowed']);
    let asked = 0;
    const lookup = (): Promise<{ address: string; family: number }[]> => {
      asked++;
      return Promise.resolve([{ address: asked === 1 ? '127.0.0.1' : '203.0.113.1', family: 4 }]);
    };
    const rebinding = { outbound: createOutbound({ privateHosts: [], lookup }) };
    const named = fake.url.replace('127.0.0.1', 'dc1.fake.example.test');
    assert.deepEqual(await faultOf(fake, named, rebinding), ['resolve', 'notAllowed']);
    const listed = { outbound: createOutbound({ privateHosts: ['dc1.fake.example.test'], lookup }) };
    asked = 0;
    const client = clientAt(fake, named, listed);
    assert.equal((await client.rootDse()).dnsHostName, 'dc1.fake.example.test');
    assert.equal(asked, 1);
    client.close();
    assert.equal(
      fake.binds.every(({ secure }) => secure),
      true,
    );
    await fake.stop();
  });
});
