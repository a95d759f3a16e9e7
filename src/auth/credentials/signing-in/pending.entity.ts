import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, longText, text, time } from '../../../platform/database/columns.ts';
import { holderColumns } from '../holders.ts';

/** A sign-in whose password was right and whose second factor is awaited. No session, and no power. */
export interface PendingSignIn {
  id: string;
  organisationId: string;
  holderId: string;
  tokenHash: string;
  /** Of the browser that began it. */
  browserHash: string;
  /** The holder's epoch that it was born under. */
  epoch: number;
  target: string;
  /** Codes tried. */
  guesses: number;
  createdAt: number;
  expiresAt: number;
}

const columns = {
  id: { ...id, primary: true },
  organisationId: id,
  tokenHash: text(64),
  browserHash: text(64),
  epoch: integer,
  target: text(1024),
  guesses: integer,
  createdAt: time,
  expiresAt: time,
} as const;

/** A person's: what was proved is kept, for the entitlement to be asked of it once more. */
export interface PersonPendingSignIn extends PendingSignIn {
  accountId: string;
  /** The account's epoch that it was born under. */
  accountEpoch: number;
  /** As JSON; what is in it is the business of whoever proves people. */
  proof: string;
}

export const pendingTables = {
  administrator: new EntitySchema<PendingSignIn>({
    name: 'PendingSignIn',
    tableName: 'pending_sign_ins',
    columns: {
      ...columns,
      holderId: { ...id, name: holderColumns.administrator },
    } satisfies Columns<PendingSignIn>,
  }),
  user: new EntitySchema<PersonPendingSignIn>({
    name: 'PersonPendingSignIn',
    tableName: 'person_pending_sign_ins',
    columns: {
      ...columns,
      holderId: { ...id, name: holderColumns.user },
      accountId: id,
      accountEpoch: integer,
      proof: longText,
    } satisfies Columns<PersonPendingSignIn>,
  }),
};
