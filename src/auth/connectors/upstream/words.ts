import { CarillonError } from '../../../platform/errors/errors.ts';
import { upstreamErrors } from './errors.ts';

/** The refusals of the shared checks speak of a company's sign-in; here there is none. */
const codes = {
  'signIn.refusedByProvider': 'upstream.refused',
  'signIn.notProved': 'upstream.notProved',
  'signIn.providerUnavailable': 'upstream.unavailable',
} as const;

/** Throws a refusal of the shared checks again, in words for people without a company. @throws upstream.*, and others as they are */
export function inItsWords(error: unknown): never {
  if (!(error instanceof CarillonError) || !Object.hasOwn(codes, error.code)) throw error;
  const { field, detail } = error;
  throw upstreamErrors(codes[error.code as keyof typeof codes], {
    ...(field !== undefined && { field }),
    ...(detail !== undefined && { detail }),
    cause: error,
  });
}
