import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, text, time } from '../../platform/database/columns.ts';

/** An address that was invited into a team account (the guide, "Invite and Remove Users"). */
export interface Invitation {
  id: string;
  organisationId: string;
  accountId: string;
  /** As it was typed. */
  address: string;
  /** Normalised, for comparing. */
  addressKey: string;
  /** SHA-256 of the token in the last link. */
  tokenHash: string;
  /** Who invited: a principal's id. */
  invitedBy: string;
  createdAt: number;
  expiresAt: number;
  /** When a link was last made, and how many were. */
  sentAt: number;
  sentCount: number;
  /** What became of the last mail; NotSent also while it is under way. */
  emailStatus: EmailStatus;
  acceptedAt: number | null;
  acceptedBy: string | null;
  revokedAt: number | null;
}

/** The administration API's EmailStatus. */
export type EmailStatus = 'NotSent' | 'Sent' | 'Failed';

export const InvitationTable = new EntitySchema<Invitation>({
  name: 'Invitation',
  tableName: 'invitations',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    address: text(320),
    addressKey: text(320),
    tokenHash: text(64),
    invitedBy: text(128),
    createdAt: time,
    expiresAt: time,
    sentAt: time,
    sentCount: integer,
    emailStatus: text(8),
    acceptedAt: { ...time, nullable: true },
    acceptedBy: { ...id, nullable: true },
    revokedAt: { ...time, nullable: true },
  } satisfies Columns<Invitation>,
});
