import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { bigint, id, key, longText, optional, text } from './columns.ts';
import { createTables, dropTables, type Reference } from './tables.ts';

const tables: Record<string, TableColumnOptions[]> = {
  logins: [
    key(text('addressKey', 320)),
    id('userId'),
    id('organisationId'),
    id('accountId'),
    text('address', 320),
    optional(longText('passwordHash')),
    optional(bigint('passwordChangedAt')),
    bigint('verifiedAt'),
    bigint('createdAt'),
  ],
};

const references: Reference[] = [['logins', 'userId', 'users']];
const indices = [`CREATE UNIQUE INDEX "ux_logins_user" ON "logins" ("userId")`];

/** By which address, and with what password, people sign in whose account Carillon holds itself. */
export class Logins1700000931000 implements MigrationInterface {
  name = 'Logins1700000931000';

  async up(q: QueryRunner): Promise<void> {
    await createTables(q, tables, references, indices);
  }

  async down(q: QueryRunner): Promise<void> {
    await dropTables(q, tables);
  }
}
