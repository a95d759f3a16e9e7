import { EntitySchema } from 'typeorm';
import { type Columns, id, longText, text, time } from '../../platform/database/columns.ts';
import type { SealedColumn } from '../../platform/secrets/sealed.ts';

/** The key of one person's values in the trail; without its key the row says that they were erased. */
export interface PersonKey {
  /** The person's id; for values of nobody known, a name of the organisation and the day. */
  personId: string;
  organisationId: string | null;
  sealedKey: string | null;
  createdAt: number;
  /** When it is destroyed by itself; null for a person's. */
  expiresAt: number | null;
  erasedAt: number | null;
}

export const PersonKeyTable = new EntitySchema<PersonKey>({
  name: 'TrailPersonKey',
  tableName: 'trail_person_keys',
  columns: {
    personId: { ...text(128), primary: true },
    organisationId: { ...id, nullable: true },
    sealedKey: { ...longText, nullable: true },
    createdAt: time,
    expiresAt: { ...time, nullable: true },
    erasedAt: { ...time, nullable: true },
  } satisfies Columns<PersonKey>,
});

export const personKeySecret: SealedColumn = { table: 'trail_person_keys', column: 'sealedKey', key: 'personId' };
