import type { Tier } from '../../accounts/accounts/types.ts';
import type { Because } from '../entitlement/entitlement.ts';

/** Permission tiers as people read them: Pro for the time of a trial has a name of its own. */
export type ShownTier = Tier | 'ProTrial';

/** A person's tier by its name. @returns null for whoever may not be in */
export const shownTier = ({ tier, because }: { tier: Tier | null; because: readonly Because[] }): ShownTier | null =>
  tier !== null && because.some(({ kind }) => kind === 'trial') ? 'ProTrial' : tier;
