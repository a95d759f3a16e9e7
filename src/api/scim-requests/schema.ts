import { z } from 'zod';
import { pagingParameters } from '../wire/paging.ts';

export const listScimRequestsQuery = z.strictObject({
  'key-id': z.string().min(1).max(64).optional(),
  outcome: z.enum(['failed', 'done'], 'failed or done is expected').optional(),
  status: z
    .string()
    .regex(/^[1-5]\d\d$/, 'a status of HTTP is expected')
    .transform(Number)
    .optional(),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'], 'a method of SCIM is expected').optional(),
  who: z.string().min(1, 'it is empty').max(320, 'it is too long').optional(),
  ...pagingParameters(200),
});

/** Where a page of requests ends. */
export const requestCursor = z.string();

export const replayBody = z.strictObject({
  // One that is missing is refused as one that is wrong: after it was seen whose request it is.
  EffectToken: z.string().max(4096, 'it is too long').default(''),
});
