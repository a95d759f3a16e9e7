import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { domainOf } from '../../accounts/domains/name.ts';
import { firstRow } from '../../platform/database/run.ts';
import { type Sql, sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import type { Scope } from '../../users/lifecycle/out.ts';

/** Where people with an address sign in, and belong when they register. */
export type Place =
  /** At their company: whoever is not known there is not known here. */
  | { kind: 'company'; accountId: string }
  /** Here, in the enterprise account that has verified the domain. */
  | { kind: 'account'; scope: Scope }
  /** Here, and in no account unless one invites them. */
  | { kind: 'nobody' };

/**
 * By the domain alone, so that the answer tells nothing of who is known: verified by an account with a directory, or with
 * a connector → there; by one without → that account; by none → nobody's.
 */
export const placeOf = (on: Reader, address: string): Promise<Place> => placeAt(on, domainOf(address) ?? '');

/** The same for a person's primary address, in one question. */
export const placeOfPerson = (on: Reader, userId: string): Promise<Place> =>
  placeAt(on, sql`(SELECT "primaryDomain" FROM "users" WHERE "id" = ${userId})`);

/** @param name a domain, or a query that gives it */
async function placeAt(on: Reader, name: string | Sql): Promise<Place> {
  const found = await firstRow<{ accountId: string; organisationId: string; type: string; connector: string | null }>(
    on,
    sql`SELECT a."id" AS "accountId", a."organisationId", a."type",
          (SELECT MIN(c."kind") FROM "connections" c WHERE c."accountId" = a."id") AS "connector"
        FROM "domains" d JOIN "accounts" a ON a."id" = d."accountId"
        WHERE d."name" = ${name} AND d."state" = 'verified' AND a."deletedAt" IS NULL`,
  );
  if (!found) return { kind: 'nobody' };
  const { accountId, organisationId, type, connector } = found;
  if (connector !== null || (type !== 'EnterpriseLWA' && type !== 'Team')) return { kind: 'company', accountId };
  return { kind: 'account', scope: { organisationId, accountId } };
}

/** The account in which somebody with an address from there registers. */
export const scopeOf = (place: Place): Scope => (place.kind === 'account' ? place.scope : { ...nobodys });
