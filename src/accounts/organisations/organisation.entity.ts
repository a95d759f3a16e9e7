import { EntitySchema } from 'typeorm';
import { type Columns, id, text, time } from '../../platform/database/columns.ts';

/** Who runs accounts here: the guide's "AWS account". */
export interface Organisation {
  /** Twelve digits. */
  id: string;
  name: string;
  createdAt: number;
  /** Its accounts and administrators went with it. */
  deletedAt: number | null;
  eraseAfter: number | null;
}

export const OrganisationTable = new EntitySchema<Organisation>({
  name: 'Organisation',
  tableName: 'organisations',
  columns: {
    id: { ...id, primary: true },
    name: text(200),
    createdAt: time,
    deletedAt: { ...time, nullable: true },
    eraseAfter: { ...time, nullable: true },
  } satisfies Columns<Organisation>,
});
