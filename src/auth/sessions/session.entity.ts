import { EntitySchema } from 'typeorm';
import type { PrincipalKind } from './principal.ts';
import { type Columns, id, integer, text, time } from '../../platform/database/columns.ts';

/** One signed-in device of one principal. */
export interface Session {
  id: string;
  /** SHA-256 of the cookie's token. */
  tokenHash: string;
  kind: PrincipalKind;
  principalId: string;
  organisationId: string;
  accountId: string | null;
  /** The principal's epoch that it was born under. */
  epoch: number;
  /** The account's epoch that it was born under. */
  accountEpoch: number;
  createdAt: number;
  expiresAt: number;
  lastSeenAt: number;
  endedAt: number | null;
  endedBecause: string | null;
  clientAddress: string;
  userAgent: string;
  /** When its principal last proved who they are; null is `createdAt`. */
  provedAt: number | null;
  /** When the connector's provider says that the person proved who they are; null: it did not say, so `createdAt`. */
  authTime: number | null;
  /** How, as that provider says (RFC 8176), words parted by spaces; null: it did not say. */
  amr: string | null;
}

export const SessionTable = new EntitySchema<Session>({
  name: 'Session',
  tableName: 'sessions',
  columns: {
    id: { ...id, primary: true },
    tokenHash: text(64),
    kind: text(16),
    principalId: id,
    organisationId: id,
    accountId: { ...id, nullable: true },
    epoch: integer,
    accountEpoch: integer,
    createdAt: time,
    expiresAt: time,
    lastSeenAt: time,
    endedAt: { ...time, nullable: true },
    endedBecause: { ...text(24), nullable: true },
    clientAddress: text(64),
    userAgent: text(256),
    provedAt: { ...time, nullable: true },
    authTime: { ...time, nullable: true },
    amr: { ...text(255), nullable: true },
  } satisfies Columns<Session>,
});
