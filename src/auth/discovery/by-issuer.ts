import { verifiedDomainOf } from '../../accounts/domains/domains.ts';
import { rows } from '../../platform/database/run.ts';
import { list, sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { type Connection, ConnectionTable } from '../connectors/openid/connection.entity.ts';

/** Whether two addresses name one issuer: as addresses are compared, a missing last slash forgiven. */
export function sameIssuer(one: string, other: string): boolean {
  const [a, b] = [hrefOf(one), hrefOf(other)];
  return a !== null && a === b;
}

/**
 * Whom an issuer means that begins a sign-in at the address which all connections share (OpenID Connect Core §4): its
 * only connection; of several, that of the account which has verified the domain of the hinted address.
 * @returns null when there is none, or no saying which
 */
export async function connectionByIssuer(
  on: Reader,
  iss: string,
  loginHint: string | null,
): Promise<Connection | null> {
  const href = hrefOf(iss);
  if (href === null) return null;
  const spellings = [iss, href, `${href}/`];
  const found = await rows<{ id: string; accountId: string }>(
    on,
    sql`SELECT "id", "accountId" FROM "connections" WHERE "kind" = 'openid' AND "issuer" IN (${list(spellings)}) LIMIT 1000`,
  );
  const id = found.length > 1 ? await hinted(on, found, loginHint) : found[0]?.id;
  return id === undefined ? null : on.findOneBy(ConnectionTable, { id });
}

async function hinted(
  on: Reader,
  among: { id: string; accountId: string }[],
  loginHint: string | null,
): Promise<string | undefined> {
  const claim = loginHint === null ? null : await verifiedDomainOf(on, loginHint);
  return among.find(({ accountId }) => accountId === claim?.accountId)?.id;
}

const hrefOf = (address: string): string | null =>
  URL.canParse(address) ? new URL(address).href.replace(/\/$/, '') : null;
