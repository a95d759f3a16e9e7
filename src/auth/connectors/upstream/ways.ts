import { firstRow } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';

/** Whether somebody can sign in without this provider: by a password, or by another one. */
export async function hasOtherWay(on: Reader, userId: string, providerId: string): Promise<boolean> {
  const found = await firstRow(
    on,
    sql`SELECT 1 FROM "logins" WHERE "userId" = ${userId} AND "passwordHash" IS NOT NULL
        UNION ALL SELECT 1 FROM "upstream_links" WHERE "userId" = ${userId} AND "providerId" <> ${providerId}`,
  );
  return found !== null;
}

/** How many people can sign in by this provider alone. */
export async function onlyBy(on: Reader, providerId: string): Promise<number> {
  const found = await firstRow<{ people: number | string }>(
    on,
    sql`SELECT COUNT(*) AS "people" FROM "upstream_links" l JOIN "users" u ON u."id" = l."userId"
        WHERE l."providerId" = ${providerId} AND u."deletedAt" IS NULL AND u."releasedAt" IS NULL
          AND NOT EXISTS (SELECT 1 FROM "logins" g WHERE g."userId" = l."userId" AND g."passwordHash" IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM "upstream_links" o
                          WHERE o."userId" = l."userId" AND o."providerId" <> ${providerId})`,
  );
  return Number(found?.people ?? 0);
}
