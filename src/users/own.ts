import { firstRow } from '../platform/database/run.ts';
import { sql, type Sql } from '../platform/database/sql.ts';
import type { Reader } from '../platform/database/unit.ts';
import type { User } from './user.entity.ts';

/**
 * Whether a person has an own account: no connection that there is keeps them. Whom a disconnected one kept still names it,
 * so that connecting again finds them; until then nobody but Carillon says who they are.
 * @param connectionId the person's column
 */
export const isKeptByNobody = (connectionId: Sql): Sql =>
  sql`NOT EXISTS (SELECT 1 FROM "connections" kc WHERE kc."id" = ${connectionId})`;

/** The same of one person. */
export async function hasOwnAccount(on: Reader, { connectionId }: Pick<User, 'connectionId'>): Promise<boolean> {
  if (connectionId === null) return true;
  return (await firstRow(on, sql`SELECT 1 FROM "connections" WHERE "id" = ${connectionId}`)) === null;
}

/** Whether a connected LDAP directory says who a person is: then of their addresses one alone is shown, its `mail`. */
export async function isOfLdap(on: Reader, { connectionId }: Pick<User, 'connectionId'>): Promise<boolean> {
  if (connectionId === null) return false;
  return (
    (await firstRow(on, sql`SELECT 1 FROM "connections" WHERE "id" = ${connectionId} AND "kind" = 'ldap'`)) !== null
  );
}
