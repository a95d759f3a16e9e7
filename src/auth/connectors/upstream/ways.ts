import { firstRow } from '../../../platform/database/run.ts';
import { type Sql, sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';

/** Whether whoever has that link can sign in without its provider: by a password, a passkey, or another provider. */
const otherWay = (providerId: string): Sql =>
  sql`(EXISTS (SELECT 1 FROM "logins" w WHERE w."userId" = l."userId" AND w."passwordHash" IS NOT NULL)
       OR EXISTS (SELECT 1 FROM "person_passkeys" w WHERE w."userId" = l."userId")
       OR EXISTS (SELECT 1 FROM "upstream_links" w WHERE w."userId" = l."userId" AND w."providerId" <> ${providerId}))`;

/** Whether somebody who is linked with this provider can sign in without it. */
export async function hasOtherWay(on: Reader, userId: string, providerId: string): Promise<boolean> {
  const found = await firstRow(
    on,
    sql`SELECT 1 FROM "upstream_links" l WHERE l."userId" = ${userId} AND l."providerId" = ${providerId}
          AND ${otherWay(providerId)}`,
  );
  return found !== null;
}

/** How many people are linked with a provider, and how many of them can sign in by it alone. */
export async function linkedBy(on: Reader, providerId: string): Promise<{ links: number; stranded: number }> {
  const found = await firstRow<{ links: number | string; others: number | string | null }>(
    on,
    sql`SELECT COUNT(*) AS "links", SUM(CASE WHEN ${otherWay(providerId)} THEN 1 ELSE 0 END) AS "others"
        FROM "upstream_links" l JOIN "users" u ON u."id" = l."userId"
        WHERE l."providerId" = ${providerId} AND u."deletedAt" IS NULL AND u."releasedAt" IS NULL`,
  );
  const links = Number(found?.links ?? 0);
  return { links, stranded: links - Number(found?.others ?? 0) };
}
