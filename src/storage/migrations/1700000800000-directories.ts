import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { bigint, id, json, key, longText, optional, text } from './columns.ts';
import { createTables, dropTables, type Reference } from './tables.ts';

const tables: Record<string, TableColumnOptions[]> = {
  directories: [
    key(id('id')),
    id('organisationId'),
    id('accountId'),
    text('name', 200),
    text('kind', 12),
    json('servers'),
    optional(longText('ca')),
    text('bindName', 1024),
    longText('bindPassword'),
    text('baseDn', 1024),
    text('userFilter', 2048),
    text('groupFilter', 2048),
    json('attributes'),
    optional(text('domainId', 64)),
    bigint('createdAt'),
    bigint('updatedAt'),
    bigint('checkedAt'),
    optional(bigint('connectedAt')),
  ],
};

const references: Reference[] = [['directories', 'accountId', 'accounts']];

const indices = [
  `CREATE INDEX "ix_directories_account" ON "directories" ("accountId", "name")`,
  `CREATE UNIQUE INDEX "ux_directories_connected" ON "directories" ("accountId") WHERE "connectedAt" IS NOT NULL`,
];

/** Directories that are read and bound against over LDAP; what is connected is of a kind from now on. */
export class Directories1700000800000 implements MigrationInterface {
  name = 'Directories1700000800000';

  async up(q: QueryRunner): Promise<void> {
    await createTables(q, tables, references, indices);
    await q.query(`ALTER TABLE "connections" ADD COLUMN "kind" varchar(12) NOT NULL DEFAULT 'openid'`);
  }

  async down(q: QueryRunner): Promise<void> {
    // What belongs to a directory goes with its connection: the release before would take it for an OpenID provider.
    await q.query(`DELETE FROM "connections" WHERE "kind" <> 'openid'`);
    await q.query(`ALTER TABLE "connections" DROP COLUMN "kind"`);
    await dropTables(q, tables);
  }
}
