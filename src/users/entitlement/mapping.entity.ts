import { EntitySchema } from 'typeorm';
import type { Tier } from '../../accounts/accounts/types.ts';
import { type Columns, id, text, time } from '../../platform/database/columns.ts';

/** A directory group that an administrator gave a tier. */
export interface TierMapping {
  id: string;
  organisationId: string;
  accountId: string;
  connectionId: string;
  /** The name it was mapped by; follows a rename. */
  groupName: string;
  /** Null while the group is gone: a group pushed again under the name takes the mapping up. */
  groupId: string | null;
  tier: Tier;
  createdAt: number;
}

export const TierMappingTable = new EntitySchema<TierMapping>({
  name: 'TierMapping',
  tableName: 'tier_mappings',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    connectionId: id,
    groupName: text(256),
    groupId: { ...id, nullable: true },
    tier: text(8),
    createdAt: time,
  } satisfies Columns<TierMapping>,
});
