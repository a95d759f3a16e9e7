import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, text, time } from '../../../platform/database/columns.ts';

/** A sign-in whose password was right and whose second factor is awaited. No session, and no power. */
export interface PendingSignIn {
  id: string;
  organisationId: string;
  administratorId: string;
  tokenHash: string;
  /** Of the browser that began it. */
  browserHash: string;
  /** The administrator's epoch that it was born under. */
  epoch: number;
  target: string;
  /** Codes tried. */
  guesses: number;
  createdAt: number;
  expiresAt: number;
}

export const PendingSignInTable = new EntitySchema<PendingSignIn>({
  name: 'PendingSignIn',
  tableName: 'pending_sign_ins',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    administratorId: id,
    tokenHash: text(64),
    browserHash: text(64),
    epoch: integer,
    target: text(1024),
    guesses: integer,
    createdAt: time,
    expiresAt: time,
  } satisfies Columns<PendingSignIn>,
});
