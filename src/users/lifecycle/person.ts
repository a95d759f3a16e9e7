import { AccountTable } from '../../accounts/accounts/account.entity.ts';
import { domainOf, normaliseAddress } from '../../accounts/domains/name.ts';
import { firstRow, rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { fold } from '../../platform/text/fold.ts';
import type { UserAddress } from '../address.entity.ts';
import { userErrors } from '../errors.ts';
import { searchKeyOf } from '../search-key.ts';
import type { User } from '../user.entity.ts';
import type { Scope } from './out.ts';

export interface PersonAddress {
  value: string;
  type?: string | undefined;
  display?: string | undefined;
  primary?: boolean | undefined;
}

/** What a directory says of a person, apart from whether they are active. */
export interface PersonInput {
  userName: string;
  externalId: string | null;
  displayName: string | null;
  profile: Record<string, unknown>;
  emails: PersonAddress[];
  /** The address that counts; without one, the user name. */
  primary: string | null;
}

export type PersonColumns = Pick<
  User,
  | 'userName'
  | 'userNameKey'
  | 'externalId'
  | 'displayName'
  | 'profile'
  | 'searchKey'
  | 'primaryAddress'
  | 'primaryAddressKey'
  | 'primaryDomain'
>;

/**
 * Checks what a directory says of a person and gives the columns to store.
 * @param present the person as stored, when they exist already: names that stay as they are, but for their case, pass
 * although their domain went meanwhile, or a directory could not say no to them any more
 * @param isOut whether their directory says no to them: then an address in any domain is stored, so that no leaver's no is
 * refused for what comes with it; nobody signs in by it, as that asks for the domain again
 * @throws user.addressInvalid, user.domainNotVerified (400), user.userNameTaken, user.addressTaken,
 * user.externalIdTaken (409)
 */
export async function personColumns(
  on: Reader,
  scope: Scope & Pick<User, 'connectionId'>,
  input: PersonInput,
  present: User | null,
  isOut = false,
): Promise<PersonColumns> {
  const primaryAddress = input.primary ?? input.userName;
  const primaryField = input.primary === null ? 'userName' : 'emails';
  // Asked together with the domains, and looked at after them.
  const others = sameNames(on, scope, input, present);
  others.catch(() => undefined);
  const domainTaken = (value: string, field: string, known: string | null = null): Promise<string> | string =>
    isOut ? requireAddress(value, field) : refuseForeignDomain(on, scope, value, field, known);
  const ownDomain =
    present && isRespelt(input.userName, present) ? null : await domainTaken(input.userName, 'userName');
  const primaryDomain =
    present && normaliseAddress(primaryAddress) === present.primaryAddressKey
      ? present.primaryDomain
      : await domainTaken(primaryAddress, primaryField, ownDomain);
  const columns = columnsOf(input, primaryDomain);
  refuseTaken(await others, columns);
  return columns;
}

/**
 * Refuses somebody who is to come back while a name of theirs is outside the verified domains.
 * @throws user.addressInvalid, user.domainNotVerified
 */
export async function requireOwnDomains(on: Reader, scope: Scope, { userName, primary }: PersonInput): Promise<void> {
  const own = await refuseForeignDomain(on, scope, userName, 'userName');
  if (primary !== null) await refuseForeignDomain(on, scope, primary, 'emails', own);
}

/** The columns of what a directory says, without a check. @param primaryDomain of the address that counts */
export function columnsOf(input: PersonInput, primaryDomain: string): PersonColumns {
  const primaryAddress = input.primary ?? input.userName;
  return {
    userName: input.userName,
    userNameKey: fold(input.userName),
    externalId: input.externalId,
    displayName: input.displayName,
    profile: input.profile,
    searchKey: searchKeyOf(input.displayName, input.profile),
    primaryAddress,
    primaryAddressKey: normaliseAddress(primaryAddress)!,
    primaryDomain,
  };
}

const isRespelt = (userName: string, present: User): boolean =>
  userName === present.userName || (fold(userName) === present.userNameKey && normaliseAddress(userName) !== null);

/** The rows of a person's addresses. */
export const addressRows = (userId: string, accountId: string, input: PersonInput): UserAddress[] =>
  input.emails.map((email, position) => ({
    userId,
    position,
    accountId,
    value: email.value,
    valueKey: fold(email.value),
    type: email.type ?? null,
    display: email.display ?? null,
    isPrimary: email.value === (input.primary ?? input.userName),
  }));

/** @param known a domain that has just been asked about in this unit, and may be taken */
async function refuseForeignDomain(
  on: Reader,
  scope: Scope,
  value: string,
  field: string,
  known: string | null = null,
): Promise<string> {
  const domain = requireAddress(value, field);
  if (domain !== known && !(await mayTake(on, scope, domain)))
    throw userErrors('user.domainNotVerified', { field, values: { value, domain } });
  return domain;
}

/** @returns the domain of an address. @throws user.addressInvalid */
function requireAddress(value: string, field: string): string {
  const domain = domainOf(value);
  if (!domain || !normaliseAddress(value)) throw userErrors('user.addressInvalid', { field, values: { value } });
  return domain;
}

/** A team account takes people of every domain that no account has verified (the guide, "Managing Your Accounts"). */
async function mayTake(on: Reader, { accountId }: Scope, domain: string): Promise<boolean> {
  const holder = await firstRow<{ accountId: string }>(
    on,
    sql`SELECT "accountId" FROM "domains" WHERE "name" = ${domain} AND "state" = 'verified'`,
  );
  if (holder) return holder.accountId === accountId;
  return on.existsBy(AccountTable, { id: accountId, type: 'Team' });
}

/** The names by which a person is told from others: folded, and null where it cannot be one. */
export const keysOfNames = ({ userName, primary }: PersonInput) => ({
  userNameKey: fold(userName),
  primaryAddressKey: normaliseAddress(primary ?? userName),
});

type Taken = 'userName' | 'address' | 'externalId';

/** Which of these names somebody else of the account has. An external id that stays as it is is not asked about. */
function sameNames(
  on: Reader,
  { accountId, connectionId }: Scope & Pick<User, 'connectionId'>,
  input: PersonInput,
  present: User | null,
): Promise<{ what: Taken }[]> {
  const { userNameKey, primaryAddressKey } = keysOfNames(input);
  const isNew = connectionId !== null && input.externalId !== null && input.externalId !== present?.externalId;
  // Questions that are each answered by an index of their own: joined by OR they would read the whole account.
  const living = sql`"deletedAt" IS NULL AND "releasedAt" IS NULL AND "id" <> ${present?.id ?? ''}`;
  const others = sql`FROM "users" WHERE "accountId" = ${accountId} AND ${living}`;
  const sameId = sql`UNION ALL SELECT 'externalId' FROM "users" WHERE "connectionId" = ${connectionId}
        AND "externalId" = ${input.externalId} AND ${living}`;
  return rows(
    on,
    sql`SELECT 'userName' AS "what" ${others} AND "userNameKey" = ${userNameKey}
        UNION ALL SELECT 'address' ${others} AND "primaryAddressKey" = ${primaryAddressKey}
        ${isNew ? sameId : sql``}`,
  );
}

function refuseTaken(taken: readonly { what: Taken }[], columns: PersonColumns): void {
  if (taken.length === 0) return;
  const is = (name: Taken): boolean => taken.some(({ what }) => what === name);
  if (is('userName'))
    throw userErrors('user.userNameTaken', { field: 'userName', values: { value: columns.userName } });
  if (is('address'))
    throw userErrors('user.addressTaken', { field: 'emails', values: { value: columns.primaryAddress } });
  throw userErrors('user.externalIdTaken', { field: 'externalId', values: { value: columns.externalId ?? '' } });
}
