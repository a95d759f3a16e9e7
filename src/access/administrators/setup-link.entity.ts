import { EntitySchema } from 'typeorm';
import { type Columns, id, text, time } from '../../platform/database/columns.ts';

/** A link with which an administrator sets a password: once, within an hour. */
export interface SetupLink {
  id: string;
  administratorId: string;
  tokenHash: string;
  createdAt: number;
  expiresAt: number;
  usedAt: number | null;
}

export const SetupLinkTable = new EntitySchema<SetupLink>({
  name: 'SetupLink',
  tableName: 'setup_links',
  columns: {
    id: { ...id, primary: true },
    administratorId: id,
    tokenHash: text(64),
    createdAt: time,
    expiresAt: time,
    usedAt: { ...time, nullable: true },
  } satisfies Columns<SetupLink>,
});
