import type { Account } from '../../accounts/accounts/account.entity.ts';
import { tiers } from '../../accounts/accounts/types.ts';
import { iso } from '../../platform/clock/clock.ts';

/** An account in the API's shape. */
export const presentAccount = (account: Account): object => ({
  AwsAccountId: account.organisationId,
  AccountId: account.id,
  Name: account.name,
  AccountType: account.type,
  CreatedTimestamp: iso(account.createdAt),
  DefaultLicense: account.defaultLicence,
  SupportedLicenses: tiers,
  AccountStatus: 'Active',
});
