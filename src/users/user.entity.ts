import { EntitySchema } from 'typeorm';
import type { Tier } from '../accounts/accounts/types.ts';
import { type Columns, id, integer, json, longText, text, time } from '../platform/database/columns.ts';

/** A person in an account. What ends their access is in `user_causes`; their tier is asked, not stored (`entitlement/`). */
export interface User {
  id: string;
  organisationId: string;
  accountId: string;
  /** The connection that made or adopted this person; null for an own account. */
  connectionId: string | null;
  userName: string;
  /** Folded, for comparing. */
  userNameKey: string;
  /** The id that the directory gave (RFC 7643 §3.1). */
  externalId: string | null;
  displayName: string | null;
  primaryAddress: string;
  primaryAddressKey: string;
  /** The domain of the primary address, as domains are named. */
  primaryDomain: string;
  /** The other attributes that the directory keeps of this person. */
  profile: Record<string, unknown>;
  /** `profile` and the display name as JSON in which every text is folded, for comparing. */
  searchKey: string | null;
  /** The `updatedAt` that `searchKey` was written with; only the release before asks it. */
  searchKeyAt: number | null;
  /** Counts only in an account whose tiers are assigned by hand. */
  licence: Tier;
  /** "Read me again": never ends anything. */
  version: number;
  /** "Everything born before this is dead." */
  epoch: number;
  createdAt: number;
  updatedAt: number;
  /** The first sign-in. */
  joinedAt: number | null;
  lastActiveAt: number | null;
  /** Why the epoch was last raised, for the page of whoever finds themselves out; null when it never was. */
  outBecause: string | null;
  /** No session of this person can outlive this; null when none was ever begun. */
  liveUntil: number | null;
  deletedAt: number | null;
  /** The domain of their own account was removed: out for good, and free to register anew. */
  releasedAt: number | null;
  /** The trial of who registered on their own (`trial/`): when it began, when it ends, and when that was told. */
  trialStartedAt: number | null;
  trialEndsAt: number | null;
  trialToldAt: number | null;
}

export const UserTable = new EntitySchema<User>({
  name: 'User',
  tableName: 'users',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    connectionId: { ...id, nullable: true },
    userName: text(320),
    userNameKey: text(320),
    externalId: { ...text(320), nullable: true },
    displayName: { ...text(1024), nullable: true },
    primaryAddress: text(320),
    primaryAddressKey: text(320),
    primaryDomain: text(253),
    profile: json,
    searchKey: { ...longText, nullable: true },
    searchKeyAt: { ...time, nullable: true },
    licence: text(8),
    version: integer,
    epoch: integer,
    createdAt: time,
    updatedAt: time,
    joinedAt: { ...time, nullable: true },
    lastActiveAt: { ...time, nullable: true },
    outBecause: { ...text(24), nullable: true },
    liveUntil: { ...time, nullable: true },
    deletedAt: { ...time, nullable: true },
    releasedAt: { ...time, nullable: true },
    trialStartedAt: { ...time, nullable: true },
    trialEndsAt: { ...time, nullable: true },
    trialToldAt: { ...time, nullable: true },
  } satisfies Columns<User>,
});
