import { normaliseAddress } from '../accounts/domains/name.ts';
import { firstRow } from '../platform/database/run.ts';
import { list, sql, type Sql } from '../platform/database/sql.ts';
import type { Reader } from '../platform/database/unit.ts';
import { fold } from '../platform/text/fold.ts';
import { accountIdsOf } from './find.ts';

/**
 * Whom somebody means who searches for an address or a user name, for the trail: what was typed is then kept under that
 * person's key, and goes when they are erased. Whoever was deleted and is not erased yet counts too.
 * @returns the person's id; undefined when it is nobody's whole address or name
 */
export async function personMeant(
  on: Reader,
  where: { organisationId: string; accountId?: string | undefined },
  typed: string,
): Promise<string | undefined> {
  const wanted = typed.trim();
  // Nobody has a NUL in their name, and PostgreSQL takes it in no text.
  if (wanted === '' || wanted.length > 320 || wanted.includes('\0')) return undefined;
  const accounts = await accountIdsOf(on, where);
  if (accounts.length === 0) return undefined;
  const address = normaliseAddress(wanted);
  const within = sql`"organisationId" = ${where.organisationId} AND "accountId" IN (${list(accounts)})`;
  // A question for each index.
  const asked = (state: Sql): Promise<{ id: string } | null> => {
    const byName = sql`SELECT "id" FROM "users" WHERE ${within} AND ${state} AND "userNameKey" = ${fold(wanted)}`;
    const byAddress =
      address !== null &&
      sql`SELECT "id" FROM "users" WHERE ${within} AND ${state} AND "primaryAddressKey" = ${address} UNION `;
    return firstRow(on, sql`${byAddress || sql``}${byName} ORDER BY "id" LIMIT 1`);
  };
  const found =
    (await asked(sql`"deletedAt" IS NULL AND "releasedAt" IS NULL`)) ?? (await asked(sql`"deletedAt" IS NOT NULL`));
  return found?.id;
}
