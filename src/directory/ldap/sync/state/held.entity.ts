import { EntitySchema } from 'typeorm';
import { type Columns, id, text, time } from '../../../../platform/database/columns.ts';

/** A person whom a read would put out because something was not returned, and whom the guard keeps in meanwhile. */
export interface HeldPerson {
  directoryId: string;
  userId: string;
  organisationId: string;
  accountId: string;
  /** What was not returned: their entry, or their membership of the last group with a tier. */
  missing: 'entry' | 'member';
  since: number;
  /** An administrator saw it, and let it go on. */
  approvedAt: number | null;
}

export const HeldPersonTable = new EntitySchema<HeldPerson>({
  name: 'HeldPerson',
  tableName: 'directory_held',
  columns: {
    directoryId: { ...id, primary: true },
    userId: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    missing: text(8),
    since: time,
    approvedAt: { ...time, nullable: true },
  } satisfies Columns<HeldPerson>,
});
