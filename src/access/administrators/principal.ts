import { firstRow } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import type { Principal } from '../../auth/sessions/principal.ts';

/** An administrator as sessions see them. */
export async function administratorPrincipal(on: Reader, id: string): Promise<Principal | null> {
  const found = await firstRow<{ organisationId: string; epoch: number }>(
    on,
    sql`SELECT "organisationId", "epoch" FROM "administrators" WHERE "id" = ${id} AND "passwordHash" IS NOT NULL`,
  );
  return (
    found && {
      kind: 'administrator',
      id,
      ...found,
      accountId: null,
      accountEpoch: 0,
      mayBeIn: true,
      refusedBecause: null,
    }
  );
}
