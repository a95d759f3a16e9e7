import { domainOf, normaliseAddress } from '../accounts/domains/name.ts';
import { firstRow, rows } from '../platform/database/run.ts';
import { list, sql, type Sql } from '../platform/database/sql.ts';
import type { Reader } from '../platform/database/unit.ts';
import { UserAddressTable } from './address.entity.ts';
import { isOfLdap } from './own.ts';
import type { User } from './user.entity.ts';

/**
 * The ids of the people of a connected LDAP directory who have an address beside the one that is shown, in a domain that
 * their account has verified: by these they sign in, and others find them (the guide, "Configure Multiple Email
 * Addresses"). What SCIM pushed beside the primary address means nobody.
 * @returns null for what is no address
 */
export function idsByOtherAddress(accountIds: readonly string[], address: string): Sql | null {
  const key = normaliseAddress(address);
  const domain = key === null ? null : domainOf(key);
  if (key === null || domain === null) return null;
  return sql`SELECT oe."userId" FROM "user_addresses" oe
    JOIN "domains" od ON od."accountId" = oe."accountId" AND od."state" = 'verified' AND od."name" = ${domain}
    JOIN "users" ou ON ou."id" = oe."userId"
    JOIN "connections" oc ON oc."id" = ou."connectionId" AND oc."kind" = 'ldap'
    WHERE oe."accountId" IN (${list(accountIds)}) AND oe."valueKey" = ${key}`;
}

/** How many people sign in by an address in this domain that is not the one that is shown of them. */
export async function countByOtherAddress(on: Reader, accountId: string, domain: string): Promise<number> {
  const found = await firstRow<{ n: number | string }>(
    on,
    sql`SELECT COUNT(DISTINCT u."id") AS "n" FROM "user_addresses" e
        JOIN "users" u ON u."id" = e."userId" AND u."deletedAt" IS NULL AND u."primaryDomain" <> ${domain}
        JOIN "connections" c ON c."id" = u."connectionId" AND c."kind" = 'ldap'
        WHERE e."accountId" = ${accountId} AND e."valueKey" LIKE ${`%@${domain.replaceAll(/[!%_]/g, '!$&')}`} ESCAPE '!'`,
  );
  return Number(found?.n ?? 0);
}

/** Where a person's addresses beside the shown one are. */
export interface OtherAddresses {
  domain: string;
  count: number;
  /** Whether they sign in by them: the account has verified the domain. */
  signsIn: boolean;
}

/**
 * Of whom a connected LDAP directory keeps, in which domains their other addresses are, which are not shown themselves;
 * null for anybody else, whose other addresses never sign in.
 */
export async function otherAddressesOf(on: Reader, user: User): Promise<OtherAddresses[] | null> {
  if (!(await isOfLdap(on, user))) return null;
  const stored = await on.findBy(UserAddressTable, { userId: user.id, isPrimary: false });
  const domains = Map.groupBy(
    stored.filter(({ valueKey }) => valueKey !== user.primaryAddressKey),
    ({ valueKey }) => domainOf(valueKey) ?? '',
  );
  if (domains.size === 0) return [];
  const verified = await rows<{ name: string }>(
    on,
    sql`SELECT "name" FROM "domains" WHERE "accountId" = ${user.accountId} AND "state" = 'verified'
        AND "name" IN (${list([...domains.keys()])})`,
  );
  const ours = new Set(verified.map(({ name }) => name));
  return [...domains].map(([domain, { length }]) => ({ domain, count: length, signsIn: ours.has(domain) }));
}
