import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { bigint, id, key, optional, text } from './columns.ts';
import { createTables, dropTables } from './tables.ts';

const tables: Record<string, TableColumnOptions[]> = {
  own_links: [
    key(id('id')),
    text('tokenHash', 64),
    text('purpose', 12),
    text('addressKey', 320),
    text('address', 320),
    optional(id('userId')),
    optional(id('organisationId')),
    text('browserHash', 64),
    text('target', 1024),
    optional(id('changeId')),
    bigint('createdAt'),
    bigint('expiresAt'),
    optional(bigint('usedAt')),
  ],
};

const indices = [
  `CREATE UNIQUE INDEX "ux_own_links_token" ON "own_links" ("tokenHash")`,
  `CREATE INDEX "ix_own_links_address" ON "own_links" ("addressKey")`,
  `CREATE INDEX "ix_own_links_user" ON "own_links" ("userId")`,
  `CREATE INDEX "ix_own_links_expires" ON "own_links" ("expiresAt")`,
];

/** Links that were mailed: to register, for a lost password, for another address. */
export class OwnLinks1700000932000 implements MigrationInterface {
  name = 'OwnLinks1700000932000';

  async up(q: QueryRunner): Promise<void> {
    await createTables(q, tables, [], indices);
  }

  async down(q: QueryRunner): Promise<void> {
    await dropTables(q, tables);
  }
}
