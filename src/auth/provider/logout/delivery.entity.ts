import { EntitySchema } from 'typeorm';
import { type Columns, flag, id, integer, text, time } from '../../../platform/database/columns.ts';

/** A logout token that a relying party must be sent (OpenID Connect Back-Channel Logout 1.0). */
export interface LogoutDelivery {
  /** The relying-party session that is over, so there is one for each. */
  id: string;
  organisationId: string;
  accountId: string | null;
  clientId: string;
  userId: string;
  subject: string;
  /** Where to, as it was when the session ended: the client itself may be gone by now. */
  uri: string;
  /** Whether the token names the session, or the person alone. */
  withSession: boolean;
  because: string;
  state: 'ready' | 'claimed' | 'delivered' | 'failed';
  createdAt: number;
  claimedUntil: number | null;
  attempts: number;
  /** The earliest time of the next attempt. */
  notBefore: number;
  finishedAt: number | null;
  lastError: string | null;
}

export const LogoutDeliveryTable = new EntitySchema<LogoutDelivery>({
  name: 'LogoutDelivery',
  tableName: 'logout_deliveries',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accountId: { ...id, nullable: true },
    clientId: id,
    userId: id,
    subject: text(255),
    uri: text(1024),
    withSession: flag,
    because: text(24),
    state: text(12),
    createdAt: time,
    claimedUntil: { ...time, nullable: true },
    attempts: integer,
    notBefore: time,
    finishedAt: { ...time, nullable: true },
    lastError: { ...text(200), nullable: true },
  } satisfies Columns<LogoutDelivery>,
});
