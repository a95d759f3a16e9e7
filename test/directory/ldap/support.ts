import type { House } from '../../../src/app.ts';
import { AccountTable } from '../../../src/accounts/accounts/account.entity.ts';
import { createAccount } from '../../../src/accounts/accounts/accounts.ts';
import { DomainTable } from '../../../src/accounts/domains/domain.entity.ts';
import { claimDomain } from '../../../src/accounts/domains/domains.ts';
import { createOrganisation } from '../../../src/accounts/organisations/organisations.ts';
import { connectDirectory } from '../../../src/auth/connectors/ldap/connect.ts';
import type { DirectoryScope } from '../../../src/directory/groups/scope.ts';
import { authoriseDirectory } from '../../../src/directory/ldap/settings/authorise.ts';
import type { DirectoryInput } from '../../../src/directory/ldap/settings/input.ts';
import type { Scope } from '../../../src/users/lifecycle/out.ts';
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

/** An organisation with an enterprise account and a verified domain, and no source of tiers but an administrator. */
export async function enterprise({ ground }: House, ...domains: string[]): Promise<Scope> {
  const organisation = await ground.db.write((m) => createOrganisation(m, 'Acme'));
  const account = await createAccount(ground, organisation.id, { name: 'Acme' });
  const scope = { organisationId: organisation.id, accountId: account.id };
  for (const domain of domains) {
    const claim = await claimDomain(ground, organisation.id, account.id, { domain });
    await ground.db.write((m) =>
      m.update(DomainTable, { id: claim.id }, { state: 'verified', verifiedAt: Date.now() }),
    );
  }
  await ground.db.write((m) => m.update(AccountTable, { id: account.id }, { type: 'EnterpriseLWA' }));
  return scope;
}

/** What an administrator would type for this server. */
export const inputFor = (server: TestDirectory, more: Partial<DirectoryInput> = {}): DirectoryInput => ({
  name: '',
  servers: server.url,
  ca: server.ca,
  bindName: server.bindName,
  bindPassword: server.bindPassword,
  baseDn: '',
  userFilter: '',
  groupFilter: '',
  attributes: '',
  ...more,
});

/** An account that is connected to this server's directory. */
export async function connected(house: House, server: TestDirectory, ...domains: string[]): Promise<DirectoryScope> {
  const scope = await enterprise(house, ...domains);
  const { id } = await authoriseDirectory(house.ground, house.ldap, scope, inputFor(server), null);
  await connectDirectory(house.ground, house.ldap, scope, id);
  return { ...scope, connectionId: id };
}
