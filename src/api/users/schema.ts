import { z } from 'zod';
import { tiers } from '../../accounts/accounts/types.ts';
import { mostAtOnce } from '../../users/invitations/addresses.ts';
import { addressFilter } from '../wire/fields.ts';
import { pagingParameters } from '../wire/paging.ts';

export const listUsersQuery = z.strictObject({
  'user-email': addressFilter.optional(),
  'user-type': z.enum(['PrivateUser', 'SharedDevice'], 'PrivateUser or SharedDevice is expected').optional(),
  ...pagingParameters(200),
});

/** Where a page of users ends. */
export const userCursor = z.string();

const personOnly = z.enum(['PrivateUser'], 'PrivateUser is expected: devices that share a sign-in do not exist');

export const inviteUsersBody = z.strictObject({
  UserEmailList: z.array(z.string().max(320)).min(1, 'at least one address is expected').max(mostAtOnce),
  UserType: personOnly.optional(),
});

export const updateUserBody = z.strictObject({
  LicenseType: z.enum(tiers, 'Basic or Pro is expected'),
  UserType: personOnly.optional(),
});
