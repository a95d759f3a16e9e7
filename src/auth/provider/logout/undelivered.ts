import { clock } from '../../../platform/clock/clock.ts';
import { firstRow, rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';

/** A relying party that answers again within so long is not worth anybody's look. */
const longMs = 600_000;
/** What was given up is told of for so long. */
const toldMs = 86_400_000;

/** Logout tokens that a client does not take. */
export interface Undelivered {
  clientId: string;
  /** Null when the client is gone. */
  name: string | null;
  uri: string;
  count: number;
  /** When the oldest of them was due. */
  since: number;
  lastError: string;
}

/** Who has been failing to take logout tokens for longer than ten minutes, or was given up in the last day. */
export async function undelivered(read: Reader): Promise<Undelivered[]> {
  const now = clock.now();
  const found = await rows<Omit<Undelivered, 'count' | 'since'> & { count: number | string; since: number | string }>(
    read,
    sql`SELECT d."clientId", MAX(c."name") AS "name", d."uri", COUNT(*) AS "count", MIN(d."createdAt") AS "since",
          MAX(d."lastError") AS "lastError"
        FROM "logout_deliveries" d LEFT JOIN "oidc_clients" c ON c."id" = d."clientId"
        WHERE (d."finishedAt" IS NULL AND d."createdAt" < ${now - longMs})
          OR (d."state" = 'failed' AND d."finishedAt" > ${now - toldMs})
        GROUP BY d."clientId", d."uri" HAVING MAX(d."lastError") IS NOT NULL ORDER BY MIN(d."createdAt")`,
  );
  return found.map((each) => ({ ...each, count: Number(each.count), since: Number(each.since) }));
}

/** How many logout tokens wait for a client, and how many were given up in the last thirty days. */
export async function deliveriesOf(read: Reader, clientId: string): Promise<{ waiting: number; failed: number }> {
  const found = await firstRow<{ waiting: number | string | null; failed: number | string | null }>(
    read,
    sql`SELECT SUM(CASE WHEN "finishedAt" IS NULL THEN 1 ELSE 0 END) AS "waiting",
          SUM(CASE WHEN "state" = 'failed' THEN 1 ELSE 0 END) AS "failed"
        FROM "logout_deliveries" WHERE "clientId" = ${clientId}`,
  );
  return { waiting: Number(found?.waiting ?? 0), failed: Number(found?.failed ?? 0) };
}
