import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, longText, text, time } from '../database/columns.ts';
import type { SealedColumn } from '../secrets/sealed.ts';

/** A mail that waits to be sent; there is no row of one that was. */
export interface Mail {
  id: string;
  /** What sort of letter it is: its fate is told to the handler of that. */
  kind: string;
  /** Whose it is; null for those who belong to nobody yet. */
  organisationId: string | null;
  accountId: string | null;
  /** The person, invitation or the like that it concerns. */
  aboutId: string | null;
  /** Sealed: the recipient and the letter, as JSON. */
  body: string;
  state: 'ready' | 'claimed';
  claimedUntil: number | null;
  attempts: number;
  createdAt: number;
  /** The earliest time of the next attempt. */
  notBefore: number;
  /** From then on it is of no use to anybody. */
  expiresAt: number;
  lastError: string | null;
}

/** Where a letter is sealed to. */
export const mailBody: SealedColumn = { table: 'mails', column: 'body', key: 'id' };

export const MailTable = new EntitySchema<Mail>({
  name: 'Mail',
  tableName: 'mails',
  columns: {
    id: { ...id, primary: true },
    kind: text(32),
    organisationId: { ...id, nullable: true },
    accountId: { ...id, nullable: true },
    aboutId: { ...id, nullable: true },
    body: longText,
    state: text(8),
    claimedUntil: { ...time, nullable: true },
    attempts: integer,
    createdAt: time,
    notBefore: time,
    expiresAt: time,
    lastError: { ...text(200), nullable: true },
  } satisfies Columns<Mail>,
});
