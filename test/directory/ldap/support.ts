import { LdapClient, type ClientOptions } from '../../../src/directory/ldap/client/client.ts';
import type { Limits } from '../../../src/directory/ldap/client/limits.ts';
import { readTarget } from '../../../src/directory/ldap/client/target.ts';
import { createOutbound } from '../../../src/platform/outbound/outbound.ts';

/** What every server of test/support says of itself. */
export interface TestDirectory {
  host: string;
  url: string;
  ca: string;
  bindName: string;
  bindPassword: string;
}

/** The limits of a machine on which everything may take long: what must be fast is measured in bench. */
export const patient: Partial<Limits> = { connectMs: 10_000, lastConnectMs: 10_000 };

/** A client of these servers, all of one directory, each allowed as the operator allows private hosts. */
export function clientOf(
  servers: readonly (Pick<TestDirectory, 'host'> & { at: string })[],
  { ca, bindName, bindPassword }: Pick<TestDirectory, 'ca' | 'bindName' | 'bindPassword'>,
  more: Partial<ClientOptions> = {},
): LdapClient {
  return new LdapClient({
    servers: servers.map(({ at }) => readTarget(at)!),
    ca,
    bindName,
    bindPassword,
    outbound: createOutbound({ privateHosts: servers.map(({ host }) => host) }),
    limits: patient,
    ...more,
  });
}

/** A client of one server. */
export const clientAt = (server: TestDirectory, at = server.url, more: Partial<ClientOptions> = {}): LdapClient =>
  clientOf([{ host: server.host, at }], server, more);
