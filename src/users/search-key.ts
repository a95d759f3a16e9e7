import { fold } from '../platform/text/fold.ts';

/** What a search without regard to case looks into: everything that has no key column of its own. */
export const searchKeyOf = (displayName: string | null, profile: object): string =>
  JSON.stringify({ ...profile, ...(displayName !== null && { displayName }) }, (_, value: unknown) =>
    typeof value === 'string' ? fold(value) : value,
  );
