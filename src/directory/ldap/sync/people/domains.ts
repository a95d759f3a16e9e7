import { rows } from '../../../../platform/database/run.ts';
import { sql } from '../../../../platform/database/sql.ts';
import type { Reader } from '../../../../platform/database/unit.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';

/** The domains that an account has verified: only with an address in one of them can an entry be its person. */
export async function verifiedDomains(on: Reader, { accountId }: DirectoryScope): Promise<Set<string>> {
  const found = await rows<{ name: string }>(
    on,
    sql`SELECT "name" FROM "domains" WHERE "accountId" = ${accountId} AND "state" = 'verified'`,
  );
  return new Set(found.map(({ name }) => name));
}
