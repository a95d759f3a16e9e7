import { iso } from '../../platform/clock/clock.ts';
import type { Because } from '../../users/entitlement/entitlement.ts';
import { registrationOf } from '../../users/lifecycle/registration.ts';
import { shownTier } from '../../users/trial/tier.ts';
import type { User } from '../../users/user.entity.ts';

/** The registrations that the API has words for; a person of another has none there. */
const registrations: readonly string[] = ['Unregistered', 'Registered', 'Suspended'];

type Shown = Pick<User, 'id' | 'displayName' | 'primaryAddress' | 'joinedAt'>;

/** A person in the API's shape; a licence is shown while a group or an administrator gives one, also of who may not be in. */
export function presentUser(
  accountId: string,
  user: Shown,
  because: readonly Because[],
  invitedAt: number | null,
): object {
  const tiers = because.flatMap((reason) => ('tier' in reason ? [reason.tier] : []));
  const tier = tiers.includes('Pro') ? 'Pro' : 'Basic';
  const registration = registrationOf(user, because);
  return {
    UserId: user.id,
    AccountId: accountId,
    PrimaryEmail: user.primaryAddress,
    ...(user.displayName && { DisplayName: user.displayName }),
    ...(tiers.length > 0 && { LicenseType: shownTier({ tier, because }) }),
    UserType: 'PrivateUser',
    ...(registrations.includes(registration) && { UserRegistrationStatus: registration }),
    ...(invitedAt !== null && { UserInvitationStatus: 'Accepted', InvitedOn: iso(invitedAt) }),
    ...(user.joinedAt !== null && { RegisteredOn: iso(user.joinedAt) }),
  };
}
