import { EntitySchema } from 'typeorm';
import { type Columns, id, text, time } from '../../platform/database/columns.ts';

/** What a mailed link does; `nothing`: the mail that it belongs to had none, and the row is there to take the same time. */
export type LinkPurpose = 'register' | 'reset' | 'oldAddress' | 'newAddress' | 'nothing';

/** A link that was mailed: whoever has it reads the mail of that address. Good once. */
export interface OwnLink {
  id: string;
  /** SHA-256 of its token. */
  tokenHash: string;
  purpose: LinkPurpose;
  /** To which it was sent, as addresses are compared. */
  addressKey: string;
  /** As it was typed. */
  address: string;
  /** Whose it is; null for those who are not registered, and belong to nobody yet. */
  userId: string | null;
  organisationId: string | null;
  /** SHA-256 of the cookie of the browser in which it was asked for. */
  browserHash: string;
  /** A path of our own to go to afterwards. */
  target: string;
  /** The two links of one change of address have the same. */
  changeId: string | null;
  createdAt: number;
  expiresAt: number;
  /** When it did what it does. */
  usedAt: number | null;
}

export const OwnLinkTable = new EntitySchema<OwnLink>({
  name: 'OwnLink',
  tableName: 'own_links',
  columns: {
    id: { ...id, primary: true },
    tokenHash: text(64),
    purpose: text(12),
    addressKey: text(320),
    address: text(320),
    userId: { ...id, nullable: true },
    organisationId: { ...id, nullable: true },
    browserHash: text(64),
    target: text(1024),
    changeId: { ...id, nullable: true },
    createdAt: time,
    expiresAt: time,
    usedAt: { ...time, nullable: true },
  } satisfies Columns<OwnLink>,
});
