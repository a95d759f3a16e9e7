import assert from 'node:assert/strict';
import { isPublicAddress } from '../../../src/platform/outbound/addresses.ts';
import { hostList } from '../../../src/platform/outbound/hosts.ts';

const inner = {
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  unspecified: ['0.0.0.0', '0.1.2.3', '::'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  'link-local and metadata': ['169.254.169.254', 'fe80::1', 'fe80::1%eth0'],
  'carrier-grade NAT': ['100.64.0.1', '100.127.255.255'],
  'multicast and broadcast': ['224.0.0.1', '239.255.255.250', '255.255.255.255', 'ff02::1'],
  'reserved and documentation': ['192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '240.0.0.1', '2001:db8::1'],
  'unique-local and site-local': ['fc00::1', 'fd00:ec2::254', 'fec0::1'],
  'IPv4 inside IPv6': [
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::7f00:1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '64:ff9b::127.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::808:808',
  ],
  'not an address': ['', 'localhost', '127.1', '0x7f000001', '[::1]'],
};

describe('isPublicAddress', () => {
  for (const [kind, addresses] of Object.entries(inner)) {
    it(`refuses ${kind}`, () => {
      for (const address of addresses) assert.equal(isPublicAddress(address), false, address);
    });
  }

  it('accepts public unicast, also behind NAT64', () => {
    for (const address of ['8.8.8.8', '100.128.0.1', '172.32.0.1', '2606:4700::1111', '64:ff9b::808:808']) {
      assert.equal(isPublicAddress(address), true, address);
    }
  });
});

describe('hostList', () => {
  it('reads hosts with and without a port', () => {
    const list = hostList(['localhost:4000', 'IDP.internal', '::1', '[fd00::2]:8443', 'plain:80']);
    assert.equal(list.has('localhost', 4000), true);
    assert.equal(list.has('localhost', 4001), false);
    assert.equal(list.has('idp.internal', 9), true);
    assert.equal(list.has('::1', 9), true);
    assert.equal(list.has('fd00::2', 8443), true);
    assert.equal(list.has('fd00::2', 443), false);
    assert.equal(list.has('plain', 80), true);
    assert.equal(list.has('plain', 81), false);
  });

  it('refuses what is no host', () => {
    for (const entry of ['', 'http://host', 'a/b', 'user@host', 'host:99999', 'a b']) {
      assert.throws(() => hostList([entry]), /no host/, entry);
    }
  });
});
