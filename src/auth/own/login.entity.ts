import { EntitySchema } from 'typeorm';
import { type Columns, id, longText, text, time } from '../../platform/database/columns.ts';

/** By which address somebody signs in with what Carillon itself holds of them: one address, one person, everywhere. */
export interface Login {
  /** As addresses are compared (`normaliseAddress`). */
  addressKey: string;
  userId: string;
  /** Where the person is: follows them when they move. */
  organisationId: string;
  accountId: string;
  /** As it was typed, for writing to it. */
  address: string;
  /** argon2id; null while the person signs in by something else. */
  passwordHash: string | null;
  passwordChangedAt: number | null;
  /** When it was last shown that mail to it arrives with this person. */
  verifiedAt: number;
  createdAt: number;
}

export const LoginTable = new EntitySchema<Login>({
  name: 'Login',
  tableName: 'logins',
  columns: {
    addressKey: { ...text(320), primary: true },
    userId: id,
    organisationId: id,
    accountId: id,
    address: text(320),
    passwordHash: { ...longText, nullable: true },
    passwordChangedAt: { ...time, nullable: true },
    verifiedAt: time,
    createdAt: time,
  } satisfies Columns<Login>,
});
