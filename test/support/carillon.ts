import assert from 'node:assert/strict';
import { startDns, type DnsServer } from '../../deploy/demo/dns/dns.ts';
import type { House } from '../../src/app.ts';
import { startCarillon } from '../../src/main.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { onEngine } from './engines.ts';
import { sealedElsewhere } from './sealed.ts';
import { testConfig } from './house.ts';
import { freePorts } from './port.ts';
import { Visitor } from './visitor.ts';

export interface TestCarillon {
  url: string;
  house: House;
  /** The resolver, and the authority, that it asks. */
  dns: DnsServer;
  /** The link of the first administrator. */
  setUpLink: string;
  visitor: (userAgent?: string) => Visitor;
  stop: () => Promise<void>;
}

/** The whole of Carillon as `npm start` starts it, in a folder of its own, with a DNS server of its own. */
export async function startTestCarillon(overrides: Partial<Config> = {}): Promise<TestCarillon> {
  const [dns, port] = await Promise.all([startDns(), freePorts()]);
  const url = `http://127.0.0.1:${port}`;
  const config = testConfig({
    publicUrl: url,
    port,
    dnsResolvers: [dns.address],
    dnsAuthoritative: [dns.address],
    outboundPrivateHosts: ['127.0.0.1'],
    scimRate: 100_000,
    signInRate: 100_000,
    ...overrides,
  });
  const { house, setUpLink, stop } = await startCarillon(await onEngine(config));
  return {
    url,
    house,
    dns,
    setUpLink: setUpLink ?? '',
    visitor: (userAgent) => new Visitor(url, userAgent),
    stop: async () => {
      const unknown = await sealedElsewhere(house);
      await stop();
      await dns.close();
      assert.deepEqual(unknown, [], 'sealed, but not in sealedColumns: a rotation would leave it behind');
    },
  };
}
