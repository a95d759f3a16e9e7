import { EntitySchema } from 'typeorm';
import { type Columns, flag, id, integer, text } from '../platform/database/columns.ts';

/** An e-mail address of a person, in the order that the directory gave. */
export interface UserAddress {
  userId: string;
  position: number;
  accountId: string;
  /** As it was sent. */
  value: string;
  /** Folded, for comparing. */
  valueKey: string;
  type: string | null;
  display: string | null;
  isPrimary: boolean;
}

export const UserAddressTable = new EntitySchema<UserAddress>({
  name: 'UserAddress',
  tableName: 'user_addresses',
  columns: {
    userId: { ...id, primary: true },
    position: { ...integer, primary: true },
    accountId: id,
    value: text(320),
    valueKey: text(320),
    type: { ...text(64), nullable: true },
    display: { ...text(1024), nullable: true },
    isPrimary: flag,
  } satisfies Columns<UserAddress>,
});
