import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, text, time } from '../../platform/database/columns.ts';

/** Somebody who runs an organisation; never a SCIM resource. */
export interface Administrator {
  id: string;
  organisationId: string;
  userName: string;
  userNameKey: string;
  /** argon2id; null until a set-up link was used. */
  passwordHash: string | null;
  version: number;
  epoch: number;
  createdAt: number;
  lastActiveAt: number | null;
}

export const AdministratorTable = new EntitySchema<Administrator>({
  name: 'Administrator',
  tableName: 'administrators',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    userName: text(64),
    userNameKey: text(64),
    passwordHash: { ...text(256), nullable: true },
    version: integer,
    epoch: integer,
    createdAt: time,
    lastActiveAt: { ...time, nullable: true },
  } satisfies Columns<Administrator>,
});
