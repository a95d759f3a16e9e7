import { EntitySchema } from 'typeorm';
import { type Columns, flag, id, time } from '../../../../platform/database/columns.ts';

/** Somebody who went because a directory did not return them, as long as the guard counts them with those who follow. */
export interface Absence {
  directoryId: string;
  userId: string;
  organisationId: string;
  accountId: string;
  wentAt: number;
  /** Whether they had a tier until then. */
  hadTier: boolean;
}

export const AbsenceTable = new EntitySchema<Absence>({
  name: 'Absence',
  tableName: 'directory_absences',
  columns: {
    directoryId: { ...id, primary: true },
    userId: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    wentAt: time,
    hadTier: flag,
  } satisfies Columns<Absence>,
});
