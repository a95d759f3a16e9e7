import { EntitySchema } from 'typeorm';
import { type Columns, id, time } from '../../platform/database/columns.ts';

/** When the keyring was last given another current key. One row for the installation, as there is one keyring. */
export interface KeyringChange {
  id: string;
  keyId: string;
  changedAt: number;
}

export const KeyringChangeTable = new EntitySchema<KeyringChange>({
  name: 'KeyringChange',
  tableName: 'keyring_changes',
  columns: { id: { ...id, primary: true }, keyId: id, changedAt: time } satisfies Columns<KeyringChange>,
});
