import { EntitySchema } from 'typeorm';
import { type Columns, id, text, time } from '../../../platform/database/columns.ts';

/** A relying party was given an ID token under a session of ours: whom to tell when that session is over. */
export interface RelyingPartySession {
  /** The `sid` of ID tokens and logout tokens. */
  id: string;
  organisationId: string;
  accountId: string | null;
  clientId: string;
  sessionId: string;
  userId: string;
  /** The `sub` that this client knows the person by. */
  subject: string;
  createdAt: number;
  endedAt: number | null;
  endedBecause: string | null;
}

export const RelyingPartySessionTable = new EntitySchema<RelyingPartySession>({
  name: 'RelyingPartySession',
  tableName: 'relying_party_sessions',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accountId: { ...id, nullable: true },
    clientId: id,
    sessionId: id,
    userId: id,
    subject: text(255),
    createdAt: time,
    endedAt: { ...time, nullable: true },
    endedBecause: { ...text(24), nullable: true },
  } satisfies Columns<RelyingPartySession>,
});
