import type { Reader } from '../../platform/database/unit.ts';

/** The kinds of principal that can hold a session. */
export type PrincipalKind = 'user' | 'administrator';

/** What a session needs to know of its principal; read from the database, kept in memory until it changes. */
export interface Principal {
  kind: PrincipalKind;
  id: string;
  organisationId: string;
  accountId: string | null;
  epoch: number;
  /** 0 for a principal that belongs to no account. */
  accountEpoch: number;
  /** Whether this principal may be in at all, by what is true now. */
  mayBeIn: boolean;
  /** Why not: a word for the page and the receipt; null while `mayBeIn`. */
  refusedBecause: string | null;
  /** Why what was born under an earlier epoch is over, where that is known. */
  outBecause?: string | null;
  /** What the session check tells of a person besides; absent for kinds that have none. */
  displayName?: string | null;
  tier?: string | null;
}

/** Reads principals of one kind; null when there is no such principal (any more). */
export type PrincipalSource = (on: Reader, id: string) => Promise<Principal | null>;
