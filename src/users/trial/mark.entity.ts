import { EntitySchema } from 'typeorm';
import { type Columns, text, time } from '../../platform/database/columns.ts';

/**
 * That somebody has had a trial, kept after they are erased (`marks.ts`). Of no account, as an address is one person's over the
 * whole installation, and of nobody: the mark tells no address.
 */
export interface TrialMark {
  /** HMAC-SHA-256 of the address as addresses are compared, by a key of the keyring. */
  mark: string;
  startedAt: number | null;
  endsAt: number;
  /** When it was last written: from then on it is kept for a while. */
  markedAt: number;
}

export const TrialMarkTable = new EntitySchema<TrialMark>({
  name: 'TrialMark',
  tableName: 'trial_marks',
  columns: {
    mark: { ...text(64), primary: true },
    startedAt: { ...time, nullable: true },
    endsAt: time,
    markedAt: time,
  } satisfies Columns<TrialMark>,
});
