import { EntitySchema } from 'typeorm';
import { type Columns, id, text, time } from '../../platform/database/columns.ts';

/** A name by which a suspended person is, or was, known: whoever takes it takes the suspension with it. */
export interface SuspensionKey {
  accountId: string;
  kind: 'userName' | 'address' | 'externalId';
  key: string;
  /** The person whom an administrator suspended: lifting it lifts all that came of it. */
  originId: string;
  since: number;
  setBy: string;
  /** For an address whose domain was removed: from then on it may not register in any other account either. */
  everywhereSince: number | null;
}

export const SuspensionKeyTable = new EntitySchema<SuspensionKey>({
  name: 'SuspensionKey',
  tableName: 'suspension_keys',
  columns: {
    accountId: { ...id, primary: true },
    kind: { ...text(12), primary: true },
    key: { ...text(320), primary: true },
    originId: id,
    since: time,
    setBy: text(128),
    everywhereSince: { ...time, nullable: true },
  } satisfies Columns<SuspensionKey>,
});
