import { rows } from '../../platform/database/run.ts';
import { join, sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import type { Receipt } from './receipt.entity.ts';

/** A receipt with whom it is about. */
export type ReceiptLine = Pick<
  Receipt,
  'id' | 'userId' | 'cause' | 'saidAt' | 'finishedAt' | 'sessions' | 'streams'
> & {
  /** Null when nothing is known of them any more. */
  primaryAddress: string | null;
  /** When they were deleted: they have no page then. */
  deletedAt: number | null;
};

/** PostgreSQL's driver gives bigint as text. */
type Counted = 'saidAt' | 'finishedAt' | 'sessions' | 'streams';

interface ReceiptQuery {
  accountId: string;
  /** Only this person's. */
  userId?: string | undefined;
  /** The id of the last receipt of the page before. */
  before?: string | undefined;
  limit: number;
}

/** The receipts of an account, newest first. @returns one page, and whether there is another */
export async function listReceipts(
  on: Reader,
  query: ReceiptQuery,
): Promise<{ receipts: ReceiptLine[]; more: boolean }> {
  const conditions = [sql`r."accountId" = ${query.accountId}`];
  if (query.userId) conditions.push(sql`r."userId" = ${query.userId}`);
  if (query.before) {
    conditions.push(sql`(r."saidAt", r."id") < (SELECT p."saidAt", p."id" FROM "receipts" p
      WHERE p."id" = ${query.before} AND p."accountId" = ${query.accountId})`);
  }
  const found = await rows<Omit<ReceiptLine, Counted> & Record<Counted, number | string>>(
    on,
    sql`SELECT r."id", r."userId", r."cause", r."saidAt", r."finishedAt", r."sessions", r."streams", u."primaryAddress",
          u."deletedAt"
        FROM "receipts" r LEFT JOIN "users" u ON u."id" = r."userId"
        WHERE ${join(conditions, ' AND ')} ORDER BY r."saidAt" DESC, r."id" DESC LIMIT ${query.limit + 1}`,
  );
  const receipts = found.slice(0, query.limit).map((line) => ({
    ...line,
    saidAt: Number(line.saidAt),
    finishedAt: Number(line.finishedAt),
    sessions: Number(line.sessions),
    streams: Number(line.streams),
  }));
  return { receipts, more: found.length > query.limit };
}
