import { listAccounts } from '../accounts/accounts/accounts.ts';
import type { Account } from '../accounts/accounts/account.entity.ts';
import { normaliseAddress } from '../accounts/domains/name.ts';
import { rows } from '../platform/database/run.ts';
import { list, sql, type Sql } from '../platform/database/sql.ts';
import type { Reader } from '../platform/database/unit.ts';
import { fold } from '../platform/text/fold.ts';
import { idsByOtherAddress } from './other-address.ts';
import type { User } from './user.entity.ts';

/** Whom a name found. */
export type Found = Pick<User, 'id' | 'organisationId' | 'accountId' | 'userName' | 'primaryAddress'>;

interface Where {
  organisationId: string;
  /** Only people of this account. */
  accountId?: string | undefined;
}

/**
 * The people whom somebody means by an id, a primary address or a user name; by another address of theirs if nobody has
 * it as that (`idsByOtherAddress`); nobody who was deleted.
 * @returns several when a name stands for others in other accounts, or an address for two people
 */
export async function findUsers(on: Reader, where: Where, given: string): Promise<Found[]> {
  const wanted = given.trim();
  const inAccounts = await accountIdsOf(on, where);
  if (inAccounts.length === 0) return [];
  // Three questions, each answered by its own index: joined by OR they would read every account.
  const asked = (condition: Sql): Sql =>
    sql`SELECT "id", "organisationId", "accountId", "userName", "primaryAddress" FROM "users"
        WHERE "organisationId" = ${where.organisationId} AND "accountId" IN (${list(inAccounts)})
        AND "deletedAt" IS NULL AND ${condition}`;
  const byId = await rows<Found>(on, asked(sql`"id" = ${wanted}`));
  if (byId.length > 0) return byId;
  const byName = await rows<Found>(
    on,
    sql`${asked(sql`"primaryAddressKey" = ${normaliseAddress(wanted) ?? ''}`)}
        UNION ${asked(sql`"userNameKey" = ${fold(wanted)}`)}`,
  );
  if (byName.length > 0) return byName;
  const others = idsByOtherAddress(inAccounts, wanted);
  return others === null ? [] : rows<Found>(on, asked(sql`"id" IN (${others})`));
}

/** The accounts in which somebody is looked for. */
export async function accountIdsOf(on: Reader, { organisationId, accountId }: Where): Promise<string[]> {
  if (accountId !== undefined) return [accountId];
  return (await listAccounts(on, organisationId)).map(({ id }) => id);
}

/**
 * The accounts of an organisation (the administration API's ListAccounts), by name.
 * @param filter `name`: how the name begins; `userEmail`: only the accounts of the people who are meant by this address
 */
export async function findAccounts(
  on: Reader,
  organisationId: string,
  filter: { name?: string | undefined; userEmail?: string | undefined } = {},
): Promise<Account[]> {
  const { name, userEmail } = filter;
  const users = userEmail === undefined ? null : await findUsers(on, { organisationId }, userEmail);
  const having = users && new Set(users.map(({ accountId }) => accountId));
  const prefix = fold(name?.trim() ?? '');
  return (await listAccounts(on, organisationId)).filter(
    (account) => fold(account.name).startsWith(prefix) && (having === null || having.has(account.id)),
  );
}
