import { becauseText } from '../../console/people/texts.ts';
import { registrations, texts as shared } from '../../console/texts.ts';
import { iso, isoOrNull } from '../../platform/clock/clock.ts';
import type { Because, Entitlement } from '../../users/entitlement/entitlement.ts';
import { type Registration, registrationOf } from '../../users/lifecycle/registration.ts';
import { shownTier } from '../../users/trial/tier.ts';
import type { UserLine } from '../../users/list.ts';

/** A person as JSON shows them in a list. */
export interface PresentUser {
  id: string;
  accountId: string;
  userName: string;
  displayName: string | null;
  email: string;
  status: Registration;
  maySignIn: boolean;
  tier: string | null;
  because: Record<string, unknown>[];
  joinedAt: string | null;
  lastActiveAt: string | null;
}

/** A reason with the sentence that the pages have for it. */
const presentReason = (reason: Because): Record<string, unknown> => ({
  ...reason,
  ...('since' in reason && { since: iso(reason.since) }),
  ...('until' in reason && { until: iso(reason.until) }),
  text: becauseText(reason),
});

export const presentUser = (accountId: string, user: UserLine, right: Entitlement | undefined): PresentUser => ({
  id: user.id,
  accountId,
  userName: user.userName,
  displayName: user.displayName,
  email: user.primaryAddress,
  status: registrationOf(user, right?.because ?? []),
  maySignIn: right?.maySignIn ?? false,
  tier: right ? shownTier(right) : null,
  because: (right?.because ?? []).map(presentReason),
  joinedAt: isoOrNull(user.joinedAt),
  lastActiveAt: isoOrNull(user.lastActiveAt),
});

export const statusText = ({ status }: Pick<PresentUser, 'status'>): string => registrations[status].text;
export const tierText = ({ tier }: Pick<PresentUser, 'tier'>): string => tier ?? shared.noAccess;
export const whyText = ({ because }: Pick<PresentUser, 'because'>): string =>
  because.map(({ text }) => String(text)).join('; ');
