import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, text, time } from '../../platform/database/columns.ts';

/** What a no ended, and how long that took: from the commit to the last closed stream. */
export interface Receipt {
  /** The outbox event that it answers, and whom: one receipt each. */
  id: string;
  organisationId: string;
  accountId: string;
  userId: string;
  cause: string;
  /** When the no was committed. */
  saidAt: number;
  /** When all that it ended was closed. */
  finishedAt: number;
  /** Sessions ended. */
  sessions: number;
  /** Open pages that were told. */
  streams: number;
}

export const ReceiptTable = new EntitySchema<Receipt>({
  name: 'Receipt',
  tableName: 'receipts',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    userId: id,
    cause: text(24),
    saidAt: time,
    finishedAt: time,
    sessions: integer,
    streams: integer,
  } satisfies Columns<Receipt>,
});
