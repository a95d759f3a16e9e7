import { z } from 'zod';
import { addressFilter } from '../wire/fields.ts';
import { pagingParameters } from '../wire/paging.ts';

export const listUsersQuery = z.strictObject({
  'user-email': addressFilter.optional(),
  'user-type': z.enum(['PrivateUser', 'SharedDevice'], 'PrivateUser or SharedDevice is expected').optional(),
  ...pagingParameters(200),
});

/** Where a page of users ends. */
export const userCursor = z.string();
