import { rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import type { Scope } from '../../../users/lifecycle/out.ts';
import type { ScimKey } from '../keys/key.entity.ts';

/** The keys of an account whose requests may be kept: those that were revoked too, after those that are good. */
export const allKeysOf = (
  on: Reader,
  { organisationId, accountId }: Scope,
): Promise<Pick<ScimKey, 'id' | 'name' | 'revokedAt'>[]> =>
  rows(
    on,
    sql`SELECT "id", "name", "revokedAt" FROM "scim_keys"
        WHERE "organisationId" = ${organisationId} AND "accountId" = ${accountId}
        ORDER BY CASE WHEN "revokedAt" IS NULL THEN 0 ELSE 1 END, "createdAt" DESC LIMIT 200`,
  );
