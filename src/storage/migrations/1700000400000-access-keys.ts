import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { bigint, flag, id, key, longText, optional, text } from './columns.ts';
import { createTables, dropTables } from './tables.ts';

const tables: Record<string, TableColumnOptions[]> = {
  access_keys: [
    key(id('id')),
    id('organisationId'),
    id('administratorId'),
    longText('secret'),
    flag('active'),
    bigint('createdAt'),
    optional(bigint('lastUsedAt')),
    optional(text('lastUsedService', 32)),
    optional(text('lastUsedRegion', 32)),
  ],
  api_replies: [
    key(id('id')),
    id('organisationId'),
    id('accessKeyId'),
    text('fingerprint', 64),
    bigint('status'),
    optional(longText('body')),
    bigint('createdAt'),
  ],
  // Of the whole installation, as the keyring is: one row, which is also the lock for changing it.
  keyring_changes: [key(id('id')), id('keyId'), bigint('changedAt')],
};

/** Access keys of administrators, the answers to signed changes that may be sent twice, and the keyring's last change. */
export class AccessKeys1700000400000 implements MigrationInterface {
  name = 'AccessKeys1700000400000';

  up = (q: QueryRunner): Promise<void> =>
    createTables(
      q,
      tables,
      [
        ['access_keys', 'administratorId', 'administrators'],
        ['api_replies', 'accessKeyId', 'access_keys'],
      ],
      [
        'CREATE INDEX "ix_access_keys_administrator" ON "access_keys" ("administratorId")',
        'CREATE INDEX "ix_api_replies_key" ON "api_replies" ("accessKeyId")',
        'CREATE INDEX "ix_api_replies_age" ON "api_replies" ("createdAt")',
      ],
    );

  down = (q: QueryRunner): Promise<void> => dropTables(q, tables);
}
