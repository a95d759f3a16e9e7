import { CarillonError } from '../../platform/errors/errors.ts';
import { hashPassword } from '../../platform/secrets/passwords.ts';
import { checkPassword } from '../../platform/secrets/rules.ts';
import { ownErrors } from './errors.ts';

/** As much of a typed password as is looked at. */
export const longestTyped = 1024;

export interface ChosenPassword {
  password: string;
  again: string;
}

/**
 * Whether a password may be chosen, before anything is done for it.
 * @param about the person's addresses and names, which are guessed first
 * @throws own.passwordsDiffer, password.tooShort, password.tooLong, password.tooCommon
 */
export function requireGoodPassword({ password, again }: ChosenPassword, about: readonly string[]): void {
  if (password !== again) throw ownErrors('own.passwordsDiffer', { field: 'again' });
  checkPassword(password, about);
}

/**
 * The hash of a password that may be chosen, after all has been asked that may refuse it: it costs the most.
 * @param lane `known` for whoever is in; a mailed link alone is anybody's
 * @throws password.busy, named as the field's
 */
export async function hashChosen({ password }: ChosenPassword, lane: 'anyone' | 'known' = 'anyone'): Promise<string> {
  return hashPassword(password, lane).catch((error: unknown) => {
    if (!(error instanceof CarillonError)) throw error;
    const { code, kind, message, retryAfter } = error;
    throw new CarillonError(code, kind, message, retryAfter === undefined ? {} : { retryAfter });
  });
}
