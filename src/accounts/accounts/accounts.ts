import { IsNull, Not } from 'typeorm';
import { clock } from '../../platform/clock/clock.ts';
import { selectRow } from '../../platform/database/select.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { newId } from '../../platform/ids/ids.ts';
import { fold } from '../../platform/text/fold.ts';
import type { Ground } from '../../trail/ground.ts';
import { accountErrors } from '../errors.ts';
import { type Account, AccountTable } from './account.entity.ts';
import { refuseNobodys } from './nobodys.ts';
import type { AccountType, Tier } from './types.ts';

/** A name without control characters or blanks at its ends. @throws account.nameInvalid */
export function accountName(input: unknown): string {
  const name = typeof input === 'string' ? input.normalize('NFC').trim() : '';
  if (!name || name.length > 200 || /\p{Cc}/u.test(name)) throw accountErrors('account.nameInvalid', { field: 'name' });
  return name;
}

/**
 * That no other account of the organisation has this name, in whatever case: pages list accounts by it, and commands
 * take it for the account. Those that had the same name before keep it.
 * @throws account.nameTaken
 */
async function requireFreeName(
  { db }: Ground,
  m: Writer,
  organisationId: string,
  name: string,
  except?: string,
): Promise<void> {
  await db.alone(`account names of ${organisationId}`);
  const wanted = fold(name);
  const taken = (await listAccounts(m, organisationId)).find(
    (account) => account.id !== except && fold(account.name) === wanted,
  );
  if (taken) throw accountErrors('account.nameTaken', { field: 'name', values: { name: taken.name } });
}

/**
 * Creates a Team account (the guide, "Step 2: Create an Amazon Chime Account").
 * @throws account.nameInvalid, account.nameTaken, account.reserved
 */
export async function createAccount(
  ground: Ground,
  organisationId: string,
  input: { name: unknown },
): Promise<Account> {
  const name = accountName(input.name);
  const account: Account = {
    id: newId(),
    organisationId,
    name,
    type: 'Team',
    defaultLicence: 'Pro',
    helpContact: '',
    secondFactorSince: null,
    version: 1,
    epoch: 1,
    createdAt: clock.now(),
    deletedAt: null,
    eraseAfter: null,
  };
  return ground.trail.perform(
    { eventName: 'CreateAccount', organisationId, accountId: account.id, requestParameters: { name } },
    async (m) => {
      refuseNobodys(organisationId);
      await requireFreeName(ground, m, organisationId, name);
      await m.insert(AccountTable, account);
      return {
        result: account,
        responseElements: { account: { accountId: account.id, name, accountType: account.type } },
      };
    },
  );
}

/**
 * Renames an account (the guide, "Rename Your Account").
 * @throws account.notFound, account.nameInvalid, account.nameTaken
 */
export async function renameAccount(
  ground: Ground,
  organisationId: string,
  accountId: string,
  input: { name: unknown },
): Promise<void> {
  const action = { eventName: 'RenameAccount', organisationId, accountId, requestParameters: { name: input.name } };
  await ground.trail.perform(action, async (m) => {
    await requireAccount(m, organisationId, accountId);
    const name = accountName(input.name);
    await requireFreeName(ground, m, organisationId, name, accountId);
    await m.update(AccountTable, { id: accountId, organisationId }, { name });
    return { result: undefined };
  });
}

/** Says whom a person who may not come in is told to ask. @throws account.notFound, account.contactInvalid */
export async function setHelpContact(
  ground: Ground,
  organisationId: string,
  accountId: string,
  contact: unknown,
): Promise<void> {
  const helpContact = typeof contact === 'string' ? contact.trim() : '';
  if (helpContact.length > 320 || /\p{Cc}/u.test(helpContact)) {
    throw accountErrors('account.contactInvalid', { field: 'helpContact' });
  }
  const action = { eventName: 'UpdateAccountSettings', organisationId, accountId, requestParameters: { helpContact } };
  await ground.trail.perform(action, async (m) => {
    await requireAccount(m, organisationId, accountId);
    await m.update(AccountTable, { id: accountId, organisationId }, { helpContact });
    return { result: undefined };
  });
}

/**
 * Says which permission tier people get who come into the account; those who are in it keep theirs.
 * @throws account.notFound, account.reserved
 */
export async function setDefaultLicence(
  ground: Ground,
  organisationId: string,
  accountId: string,
  defaultLicence: Tier,
): Promise<void> {
  const requestParameters = { accountId, defaultLicense: defaultLicence };
  await ground.trail.perform(
    { eventName: 'UpdateAccount', organisationId, accountId, requestParameters },
    async (m) => {
      await requireAccount(m, organisationId, accountId);
      await m.update(AccountTable, { id: accountId, organisationId }, { defaultLicence });
      return { result: undefined };
    },
  );
}

export const listAccounts = (on: Reader, organisationId: string): Promise<Account[]> =>
  on.find(AccountTable, { where: { organisationId, deletedAt: IsNull() }, order: { name: 'ASC', id: 'ASC' } });

/** The accounts that were deleted and are not erased yet, those first that are erased first. */
export const listDeletedAccounts = (on: Reader, organisationId: string): Promise<Account[]> =>
  on.find(AccountTable, {
    where: { organisationId, deletedAt: Not(IsNull()) },
    order: { eraseAfter: 'ASC', name: 'ASC', id: 'ASC' },
  });

/**
 * An account that can be managed.
 * @throws account.notFound, also for an account of another organisation, and one that was deleted; account.reserved
 */
export async function requireAccount(on: Reader, organisationId: string, accountId: string): Promise<Account> {
  const account = await anyAccount(on, organisationId, accountId);
  refuseNobodys(accountId);
  return account;
}

/** An account, also nobody's: to show it, or to put people there. @throws account.notFound, as `requireAccount` */
export async function anyAccount(on: Reader, organisationId: string, accountId: string): Promise<Account> {
  const account = await selectRow(
    on,
    AccountTable,
    sql`a."id" = ${accountId} AND a."organisationId" = ${organisationId} AND a."deletedAt" IS NULL`,
  );
  if (!account) throw accountErrors('account.notFound');
  return account;
}

/** Changes what kind of account it is, in the unit that gave the reason. */
export async function becomeType(m: Writer, accountId: string, type: AccountType): Promise<void> {
  await m.update(AccountTable, { id: accountId }, { type });
}
