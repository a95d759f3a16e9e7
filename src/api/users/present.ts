import { iso } from '../../platform/clock/clock.ts';
import type { Because } from '../../users/entitlement/entitlement.ts';
import { registrationOf } from '../../users/lifecycle/registration.ts';
import type { User } from '../../users/user.entity.ts';

/** The registrations that the API has words for; a person of another has none there. */
const registrations: readonly string[] = ['Unregistered', 'Registered', 'Suspended'];

type Shown = Pick<User, 'id' | 'displayName' | 'primaryAddress' | 'joinedAt'>;

/** A person in the API's shape; a licence is shown while a group or an administrator gives one, also of who may not be in. */
export function presentUser(accountId: string, user: Shown, because: readonly Because[]): object {
  const tiers = because.flatMap((reason) => ('tier' in reason ? [reason.tier] : []));
  const registration = registrationOf(user, because);
  return {
    UserId: user.id,
    AccountId: accountId,
    PrimaryEmail: user.primaryAddress,
    ...(user.displayName && { DisplayName: user.displayName }),
    ...(tiers.length > 0 && { LicenseType: tiers.includes('Pro') ? 'Pro' : 'Basic' }),
    UserType: 'PrivateUser',
    ...(registrations.includes(registration) && { UserRegistrationStatus: registration }),
    ...(user.joinedAt !== null && { RegisteredOn: iso(user.joinedAt) }),
  };
}
