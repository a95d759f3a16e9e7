import { verifiedDomainOf } from '../../accounts/domains/domains.ts';
import type { Reader } from '../../platform/database/unit.ts';
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
