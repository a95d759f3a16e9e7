import { EntitySchema } from 'typeorm';
import { type Columns, id, text, time } from '../../../platform/database/columns.ts';

/** A bearer key with which a directory pushes. Only its hash is kept. */
export interface ScimKey {
  id: string;
  organisationId: string;
  accountId: string;
  connectionId: string;
  name: string;
  /** SHA-256 of the key. */
  tokenHash: string;
  createdAt: number;
  lastUsedAt: number | null;
  /** From then on it is refused; null for a key that has no end. */
  expiresAt: number | null;
  revokedAt: number | null;
}

export const ScimKeyTable = new EntitySchema<ScimKey>({
  name: 'ScimKey',
  tableName: 'scim_keys',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    connectionId: id,
    name: text(200),
    tokenHash: text(64),
    createdAt: time,
    lastUsedAt: { ...time, nullable: true },
    expiresAt: { ...time, nullable: true },
    revokedAt: { ...time, nullable: true },
  } satisfies Columns<ScimKey>,
});
