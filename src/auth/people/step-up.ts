import type { Reader } from '../../platform/database/unit.ts';
import { verifyPassword } from '../../platform/secrets/passwords.ts';
import type { User } from '../../users/user.entity.ts';
import type { Proving } from '../credentials/signing-in/step-up.ts';
import { authErrors } from '../errors.ts';
import type { Session } from '../sessions/session.entity.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { personHolder } from './holder.ts';
import { userPrincipal } from './principal.ts';

/** The hash of the password that Carillon keeps of a person; null where it keeps none, as of a directory's people. */
export type PasswordOf = (on: Reader, userId: string) => Promise<string | null>;

/**
 * A person who proves once more that it is they; their session goes on under a new token.
 * @throws proof.passwordWrong, proof.needed (when proved)
 */
export const provingPerson = (
  on: Reader,
  sessions: Sessions,
  passwordOf: PasswordOf,
  { user, session }: { user: User; session: Session },
): Proving => {
  let verified: string | null = null;
  return {
    holder: personHolder(user),
    session,
    password: async (given) => {
      verified = await passwordOf(on, user.id);
      if (await verifyPassword(verified, given, 'known')) return;
      throw authErrors('proof.passwordWrong', { field: 'password' });
    },
    renew: async (m) => {
      const principal = await userPrincipal(m, user.id);
      const same = verified === null || (await passwordOf(m, user.id)) === verified;
      const live = principal?.mayBeIn && principal.epoch === session.epoch;
      const result = same && live ? await sessions.retoken(m, session) : null;
      if (!result) throw authErrors('proof.needed');
      return result;
    },
  };
};
