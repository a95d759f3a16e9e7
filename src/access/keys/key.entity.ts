import { EntitySchema } from 'typeorm';
import { type Columns, flag, id, longText, text, time } from '../../platform/database/columns.ts';
import type { SealedColumn } from '../../platform/secrets/sealed.ts';

/** With an access key an administrator's programs sign requests to the administration API. */
export interface AccessKey {
  /** The access key ID, which is no secret: it stands in every request. */
  id: string;
  organisationId: string;
  administratorId: string;
  /** Sealed, not hashed: SigV4 needs the secret itself. */
  secret: string;
  active: boolean;
  createdAt: number;
  lastUsedAt: number | null;
  lastUsedService: string | null;
  lastUsedRegion: string | null;
}

export const AccessKeyTable = new EntitySchema<AccessKey>({
  name: 'AccessKey',
  tableName: 'access_keys',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    administratorId: id,
    secret: longText,
    active: flag,
    createdAt: time,
    lastUsedAt: { ...time, nullable: true },
    lastUsedService: { ...text(32), nullable: true },
    lastUsedRegion: { ...text(32), nullable: true },
  } satisfies Columns<AccessKey>,
});

export const accessKeySecret: SealedColumn = { table: 'access_keys', column: 'secret', key: 'id' };
