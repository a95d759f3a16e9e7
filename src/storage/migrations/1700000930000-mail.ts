import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { bigint, id, key, longText, optional, text } from './columns.ts';
import { createTables, dropTables } from './tables.ts';

const tables: Record<string, TableColumnOptions[]> = {
  mails: [
    key(id('id')),
    text('kind', 32),
    optional(id('organisationId')),
    optional(id('accountId')),
    optional(id('aboutId')),
    longText('body'),
    text('state', 8),
    optional(bigint('claimedUntil')),
    bigint('attempts'),
    bigint('createdAt'),
    bigint('notBefore'),
    bigint('expiresAt'),
    optional(text('lastError', 200)),
  ],
};

const indices = [
  `CREATE INDEX "ix_mails_due" ON "mails" ("notBefore")`,
  `CREATE INDEX "ix_mails_about" ON "mails" ("aboutId") WHERE "aboutId" IS NOT NULL`,
];

/** Mails that wait to be sent. */
export class Mail1700000930000 implements MigrationInterface {
  name = 'Mail1700000930000';

  async up(q: QueryRunner): Promise<void> {
    await createTables(q, tables, [], indices);
  }

  async down(q: QueryRunner): Promise<void> {
    await dropTables(q, tables);
  }
}
