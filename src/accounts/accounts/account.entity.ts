import { EntitySchema } from 'typeorm';
import type { AccountType, Tier } from './types.ts';
import { type Columns, id, integer, text, time } from '../../platform/database/columns.ts';

/** A set of users under one administration (the guide, "Managing Your Amazon Chime Accounts"). */
export interface Account {
  id: string;
  organisationId: string;
  name: string;
  /** Also says where tiers come from: by hand (Team, EnterpriseLWA), or a directory's groups (tiersByGroup). */
  type: AccountType;
  /** The licence of users without a directory. */
  defaultLicence: Tier;
  /** Whom a person who may not come in is told to ask; empty when nobody is named. */
  helpContact: string;
  /** Since when people who sign in with a password that Carillon keeps need a second factor; null: left to each. */
  secondFactorSince: number | null;
  /** "Read me again": counts every change that may matter to a user's rights. */
  version: number;
  /** "Everything born before this is dead", for all the account's people. */
  epoch: number;
  createdAt: number;
  /** From then on it is nobody's, and nobody of it is in. */
  deletedAt: number | null;
  /** When what is left of a deleted account is erased. */
  eraseAfter: number | null;
}

export const AccountTable = new EntitySchema<Account>({
  name: 'Account',
  tableName: 'accounts',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    name: text(200),
    type: text(24),
    defaultLicence: text(8),
    helpContact: text(320),
    secondFactorSince: { ...time, nullable: true },
    version: integer,
    epoch: integer,
    createdAt: time,
    deletedAt: { ...time, nullable: true },
    eraseAfter: { ...time, nullable: true },
  } satisfies Columns<Account>,
});
