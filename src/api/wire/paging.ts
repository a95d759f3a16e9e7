import { z } from 'zod';
import { clock } from '../../platform/clock/clock.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { invalid } from '../errors.ts';
import type { Call } from '../operation.ts';

/** A client may take its time between two pages. */
const lifetimeMs = 86_400_000;

/** The paging parameters of a list operation whose pages have at most `most` entries. */
export const pagingParameters = (most: number) => ({
  'max-results': z
    .string()
    .regex(/^\d{1,4}$/, 'a whole number is expected')
    .transform(Number)
    .refine((count) => count >= 1 && count <= most, `it must be from 1 to ${most}`)
    .default(100),
  'next-token': z.string().min(1, 'it is empty').max(4096, 'it is too long').optional(),
});

interface PagingQuery {
  'max-results': number;
  'next-token'?: string | undefined;
}

type ListCall = Call<PagingQuery>;

/**
 * Says where the next page begins: opaque, unforgeable, and of use only for the same organisation, operation and
 * filters, for a day.
 */
export function nextToken(call: ListCall, after: unknown): string {
  return call.ground.seal.seal(JSON.stringify({ after, until: clock.now() + lifetimeMs }), placeOf(call));
}

/** What `nextToken` was given, or undefined on the first page. @throws api.parameterInvalid */
export function afterOf<T>(call: ListCall, schema: z.ZodType<T>): T | undefined {
  const token = call.query['next-token'];
  if (token === undefined) return undefined;
  const content = z.object({ after: schema, until: z.number() }).safeParse(opened(call, token));
  if (!content.success || content.data.until < clock.now()) throw notOurs();
  return content.data.after;
}

const notOurs = (): Error => invalid('next-token', 'it is not of this list, or older than a day');

function opened(call: ListCall, token: string): unknown {
  try {
    return JSON.parse(call.ground.seal.unseal(token, placeOf(call)));
  } catch (error) {
    if (error instanceof CarillonError) throw notOurs();
    throw error;
  }
}

/** A seal opens only where it was made for: here, that is the whole question but the page. */
function placeOf({ caller, operation, path, query }: ListCall): { table: string; row: string; column: string } {
  const { 'next-token': _token, 'max-results': _most, ...filters } = query;
  return { table: 'next-token', row: JSON.stringify([caller.organisationId, path, filters]), column: operation };
}
