import { In } from 'typeorm';
import { rows } from '../../platform/database/run.ts';
import { join, list, sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { type Account, AccountTable } from './account.entity.ts';

interface AccountQuery {
  organisationId: string;
  /** The beginning of the name, as it is written. */
  prefix?: string | undefined;
  /** Only these. */
  among?: readonly string[] | undefined;
  /** The last account of the page before. */
  after?: Pick<Account, 'name' | 'id'> | undefined;
  limit: number;
}

/** An organisation's accounts by name. @returns one page, and whether there is another */
export async function pageOfAccounts(on: Reader, query: AccountQuery): Promise<{ accounts: Account[]; more: boolean }> {
  const conditions = [sql`"organisationId" = ${query.organisationId}`];
  const prefix = query.prefix?.normalize('NFC');
  // Not LIKE: the engines disagree on its case.
  if (prefix) conditions.push(sql`SUBSTR("name", 1, LENGTH(${prefix})) = ${prefix}`);
  if (query.among) conditions.push(sql`"id" IN (${list(query.among)})`);
  if (query.after) conditions.push(sql`("name", "id") > (${query.after.name}, ${query.after.id})`);
  const ids = await rows<{ id: string }>(
    on,
    sql`SELECT "id" FROM "accounts" WHERE ${join(conditions, ' AND ')} ORDER BY "name", "id" LIMIT ${query.limit + 1}`,
  );
  const wanted = ids.slice(0, query.limit).map(({ id }) => id);
  const accounts = await on.find(AccountTable, { where: { id: In(wanted) }, order: { name: 'ASC', id: 'ASC' } });
  return { accounts, more: ids.length > query.limit };
}
