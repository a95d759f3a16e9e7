import { rows } from '../platform/database/run.ts';
import { sql } from '../platform/database/sql.ts';
import type { Reader } from '../platform/database/unit.ts';

/** The accounts of an organisation in which somebody who was not deleted has this primary address, folded. */
export async function accountsOfAddress(on: Reader, organisationId: string, addressKey: string): Promise<string[]> {
  const found = await rows<{ accountId: string }>(
    on,
    sql`SELECT u."accountId" FROM "accounts" a JOIN "users" u ON u."accountId" = a."id"
        WHERE a."organisationId" = ${organisationId} AND u."primaryAddressKey" = ${addressKey}
        AND u."deletedAt" IS NULL`,
  );
  return found.map(({ accountId }) => accountId);
}
