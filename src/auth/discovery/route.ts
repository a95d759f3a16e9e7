import { domainOf } from '../../accounts/domains/name.ts';
import { selectRow } from '../../platform/database/select.ts';
import { type Sql, sql } from '../../platform/database/sql.ts';
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
  const name = domainOf(address);
  if (name === null) return null;
  return selectRow(on, ConnectionTable, sql`a."kind" = 'openid' AND a."accountId" IN (${claimantOf(name)})`);
}

/** The same for an account whose people prove themselves at its LDAP directory. @returns null when it has none */
export async function directoryFor(on: Reader, address: string): Promise<AtDirectory | null> {
  const name = domainOf(address);
  if (name === null) return null;
  const isTheirs = sql`"kind" = 'ldap' AND "accountId" IN (${claimantOf(name)})`;
  const [connection, directory] = await Promise.all([
    selectRow(on, ConnectionTable, isTheirs),
    selectRow(on, DirectoryTable, sql`a."id" IN (SELECT "id" FROM "connections" WHERE ${isTheirs})`),
  ]);
  // Each is asked for itself: between them the account may have connected another.
  return connection && directory?.id === connection.id ? { directory, connection, domain: name } : null;
}

/** The account that has verified a domain. */
const claimantOf = (name: string): Sql =>
  sql`SELECT "accountId" FROM "domains" WHERE "name" = ${name} AND "state" = 'verified'`;
