import { verifiedDomainOf } from '../../accounts/domains/domains.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { DirectoryTable } from '../../directory/ldap/directory.entity.ts';
import type { AtDirectory } from '../connectors/ldap/prove.ts';
import { type Connection, ConnectionTable } from '../connectors/openid/connection.entity.ts';

/**
 * Where somebody with this address proves who they are: e-mail → domain → account → connector. The answer depends on
 * the domain alone, so it tells nothing of whether the person is known.
 * @returns the connection of the account that has verified the domain, or null
 */
export async function connectionFor(on: Reader, address: string): Promise<Connection | null> {
  const claim = await verifiedDomainOf(on, address);
  return claim && on.findOneBy(ConnectionTable, { accountId: claim.accountId, kind: 'openid' });
}

/** The same for an account whose people prove themselves at its LDAP directory. @returns null when it has none */
export async function directoryFor(on: Reader, address: string): Promise<AtDirectory | null> {
  const claim = await verifiedDomainOf(on, address);
  const connection = claim && (await on.findOneBy(ConnectionTable, { accountId: claim.accountId, kind: 'ldap' }));
  const directory = connection && (await on.findOneBy(DirectoryTable, { id: connection.id }));
  return directory && { directory, connection };
}
