import { z } from 'zod';
import { addressFilter } from '../wire/fields.ts';
import { pagingParameters } from '../wire/paging.ts';

export const listAccountsQuery = z.strictObject({
  name: z.string().min(1, 'it is empty').max(100, 'it has more than 100 characters').optional(),
  'user-email': addressFilter.optional(),
  ...pagingParameters(200),
});

/** Where a page of accounts ends. */
export const accountCursor = z.object({ name: z.string(), id: z.string() });
