import { rows } from '../platform/database/run.ts';
import { sql } from '../platform/database/sql.ts';
import type { Reader } from '../platform/database/unit.ts';

/** What an account holds, in numbers. */
export interface AccountCounts {
  people: number;
  domains: number;
  verified: number;
}

/** The numbers of every account of an organisation, by the account's id. */
export async function accountCounts(on: Reader, organisationId: string): Promise<Map<string, AccountCounts>> {
  const found = await rows<{ id: string } & Record<keyof AccountCounts, number | string>>(
    on,
    sql`SELECT a."id",
          (SELECT COUNT(*) FROM "users" u WHERE u."accountId" = a."id" AND u."deletedAt" IS NULL) AS "people",
          (SELECT COUNT(*) FROM "domains" d WHERE d."accountId" = a."id") AS "domains",
          (SELECT COUNT(*) FROM "domains" d WHERE d."accountId" = a."id" AND d."state" = 'verified') AS "verified"
        FROM "accounts" a WHERE a."organisationId" = ${organisationId}`,
  );
  return new Map(
    found.map(({ id, people, domains, verified }) => [
      id,
      { people: Number(people), domains: Number(domains), verified: Number(verified) },
    ]),
  );
}
