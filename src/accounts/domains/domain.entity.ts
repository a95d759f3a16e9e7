import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, text, time } from '../../platform/database/columns.ts';

/** A claim to an e-mail domain. Only a verified claim is exclusive; many accounts may have the same domain pending. */
export interface Domain {
  id: string;
  organisationId: string;
  accountId: string;
  /** A-labels, lower case, no trailing dot. */
  name: string;
  /** The last two: removed, while there are people left who must be released, or whose profiles must be deleted. */
  state: 'pending' | 'verified' | 'releasing' | 'deleting';
  /** Name of the TXT record that proves the claim. */
  recordName: string;
  /** Its value: random, of this claim alone. */
  recordValue: string;
  createdAt: number;
  verifiedAt: number | null;
  /** When the record was last looked for. */
  checkedAt: number | null;
  /** When its turn last came, whatever came of it. */
  triedAt: number | null;
  /** What that look-up gave: found, absent, disagree or silent; taken when it is another account's. */
  lastOutcome: string | null;
  /** Daily checks in a row that found the record gone; a warning, nothing more. */
  absentChecks: number;
  /** When another account took the domain over; null unless it did, or once it is verified here again. */
  lostAt: number | null;
}

export const DomainTable = new EntitySchema<Domain>({
  name: 'Domain',
  tableName: 'domains',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    name: text(253),
    state: text(12),
    recordName: text(253),
    recordValue: text(255),
    createdAt: time,
    verifiedAt: { ...time, nullable: true },
    checkedAt: { ...time, nullable: true },
    triedAt: { ...time, nullable: true },
    lastOutcome: { ...text(16), nullable: true },
    absentChecks: integer,
    lostAt: { ...time, nullable: true },
  } satisfies Columns<Domain>,
});
