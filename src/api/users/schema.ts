import { z } from 'zod';
import { tiers } from '../../accounts/accounts/types.ts';
import { mostAtOnce } from '../../users/invitations/addresses.ts';
import { mostPeopleAtOnce, mostTiersAtOnce } from '../../users/lifecycle/several.ts';
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

const userIds = z
  .array(z.string().min(1, 'an id is expected').max(320))
  .min(1, 'at least one id is expected')
  .max(mostPeopleAtOnce, `at most ${mostPeopleAtOnce} are expected`);

export const userIdsBody = z.strictObject({ UserIdList: userIds });

const updateItem = z.strictObject({
  UserId: z.string().min(1, 'an id is expected').max(320),
  LicenseType: z.enum(tiers, 'Basic or Pro is expected'),
  UserType: personOnly.optional(),
});

export const updateUsersBody = z.strictObject({
  UpdateUserRequestItems: z
    .array(updateItem)
    .min(1, 'at least one item is expected')
    .max(mostTiersAtOnce, `at most ${mostTiersAtOnce} are expected`)
    .refine((items) => new Set(items.map(({ UserId }) => UserId)).size === items.length, 'a user is named twice'),
});
