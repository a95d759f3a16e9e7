import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, text, time } from '../../platform/database/columns.ts';

/** A group that a directory pushed. */
export interface Group {
  id: string;
  organisationId: string;
  accountId: string;
  connectionId: string;
  displayName: string;
  /** Folded, for comparing. */
  displayNameKey: string;
  externalId: string | null;
  version: number;
  createdAt: number;
  updatedAt: number;
}

export const GroupTable = new EntitySchema<Group>({
  name: 'Group',
  tableName: 'directory_groups',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    connectionId: id,
    displayName: text(256),
    displayNameKey: text(256),
    externalId: { ...text(320), nullable: true },
    version: integer,
    createdAt: time,
    updatedAt: time,
  } satisfies Columns<Group>,
});
