import { tiers } from '../../accounts/accounts/types.ts';

/** A permission tier without regard to case; what is none is given as it was typed, to be refused. */
export const tierNamed = (typed: string): string =>
  tiers.find((tier) => tier.toLowerCase() === typed.trim().toLowerCase()) ?? typed;
