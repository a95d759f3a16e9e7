import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { startDns } from '../../deploy/demo/dns/dns.ts';
import type { DnsServer } from '../../deploy/demo/dns/dns.ts';

describe('the sample company: DNS', () => {
  let server: DnsServer;
  let resolver: Resolver;

  before(async () => {
    server = await startDns({
      '_carillon.acme.example': ['one', ['two ', 'halves']],
      'other.test': ['outside the zone'],
    });
    resolver = new Resolver({ timeout: 150, tries: 1 });
    resolver.setServers([server.address]);
  });
  after(() => server.close());

  it('answers TXT records, also of several strings, whatever the case of the name', async () => {
    assert.deepEqual(await resolver.resolveTxt('_CARILLON.acme.example'), [['one'], ['two ', 'halves']]);
    assert.deepEqual(await resolver.resolveTxt('other.test'), [['outside the zone']]);
    assert.deepEqual(server.queries.at(-1), { name: 'other.test', type: 16 });
  });

  it('is the authority of its zone: NS, SOA, and the address of the name server', async () => {
    assert.deepEqual(await resolver.resolveNs('acme.example'), ['ns1.acme.example']);
    assert.equal((await resolver.resolveSoa('acme.example')).nsname, 'ns1.acme.example');
    assert.deepEqual(await resolver.resolve4('ns1.acme.example'), ['127.0.0.1']);
  });

  it('tells no such name from no such record', async () => {
    await assert.rejects(resolver.resolveTxt('nobody.acme.example'), { code: 'ENOTFOUND' });
    await assert.rejects(resolver.resolveTxt('acme.example'), { code: 'ENODATA' });
  });

  it('changes from one query to the next, and can be silent or fail', async () => {
    server.set('_carillon.acme.example', 'silent');
    await assert.rejects(resolver.resolveTxt('_carillon.acme.example'), { code: 'ETIMEOUT' });
    server.set('_carillon.acme.example', 'nxdomain');
    await assert.rejects(resolver.resolveTxt('_carillon.acme.example'), { code: 'ENOTFOUND' });
    server.set('_carillon.acme.example', 'servfail');
    await assert.rejects(resolver.resolveTxt('_carillon.acme.example'), { code: 'ESERVFAIL' });
    server.set('_carillon.acme.example', ['back']);
    assert.deepEqual(await resolver.resolveTxt('_carillon.acme.example'), [['back']]);
  });

  it('answers over TCP what does not fit into a datagram', async () => {
    const long = Array.from({ length: 30 }, (_, i) => `${i}-${'x'.repeat(200)}`);
    server.set('long.acme.example', long);
    assert.deepEqual((await resolver.resolveTxt('long.acme.example')).flat().sort(), long.sort());
  });
});
