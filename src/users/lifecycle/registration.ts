import type { Because } from '../entitlement/entitlement.ts';
import type { User } from '../user.entity.ts';

/** The guide's registration status of a person, "Manage Users". */
export type Registration = 'Unregistered' | 'Registered' | 'Suspended' | 'Released';

/**
 * Suspended while somebody's no is stored, also when the domain was removed; Released when it was removed from an own
 * account (the guide, "Delete Your Account", note); Registered from the first sign-in on.
 */
export function registrationOf(user: Pick<User, 'joinedAt'>, because: readonly Because[]): Registration {
  if (because.some(({ kind }) => kind === 'administrator' || kind === 'directory')) return 'Suspended';
  if (because.some(({ kind }) => kind === 'released')) return 'Released';
  return user.joinedAt === null ? 'Unregistered' : 'Registered';
}
