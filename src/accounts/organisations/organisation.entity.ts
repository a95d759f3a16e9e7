import { EntitySchema } from 'typeorm';
import { type Columns, id, text, time } from '../../platform/database/columns.ts';

/** Who runs accounts here: the guide's "AWS account". */
export interface Organisation {
  /** Twelve digits. */
  id: string;
  name: string;
  createdAt: number;
  /** Since when its administrators need a second factor; null while they may do without. */
  secondFactorSince: number | null;
}

export const OrganisationTable = new EntitySchema<Organisation>({
  name: 'Organisation',
  tableName: 'organisations',
  columns: {
    id: { ...id, primary: true },
    name: text(200),
    createdAt: time,
    secondFactorSince: { ...time, nullable: true },
  } satisfies Columns<Organisation>,
});
