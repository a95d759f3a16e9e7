import type { MigrationInterface, QueryRunner } from 'typeorm';
import { bigint, id, json, key, longText, optional, text } from './columns.ts';
import { createTables, dropTables, type Reference } from './tables.ts';

const tables = {
  directory_entries: [
    key(id('directoryId')),
    key(id('guid')),
    id('organisationId'),
    id('accountId'),
    text('kind', 8),
    optional(id('localId')),
    text('dnHash', 64),
    text('contentHash', 64),
    optional(bigint('expiresAt')),
    optional(bigint('goneAt')),
    optional(text('problem', 64)),
  ],
  directory_states: [
    key(id('directoryId')),
    id('organisationId'),
    id('accountId'),
    optional(json('cursor')),
    optional(bigint('readAt')),
    optional(bigint('fullAt')),
    optional(bigint('fullMs')),
    bigint('people'),
    bigint('groups'),
    bigint('problems'),
    optional(bigint('fullWantedAt')),
    optional(bigint('groupsWantedAt')),
    optional(bigint('groupsAt')),
    optional(bigint('failingSince')),
    optional(text('errorCode', 64)),
    optional(longText('errorDetail')),
    optional(bigint('heldAt')),
    optional(bigint('approvedAt')),
    optional(text('approvedBy', 128)),
    optional(id('leaseBy')),
    optional(bigint('leaseUntil')),
  ],
  directory_held: [
    key(id('directoryId')),
    key(id('userId')),
    id('organisationId'),
    id('accountId'),
    text('missing', 8),
    bigint('since'),
    optional(bigint('approvedAt')),
  ],
  directory_guesses: [
    key(id('directoryId')),
    key(text('subject', 64)),
    id('organisationId'),
    id('accountId'),
    bigint('since'),
    bigint('count'),
  ],
};

const references: Reference[] = [
  ['directory_entries', 'accountId', 'accounts'],
  ['directory_states', 'accountId', 'accounts'],
  ['directory_held', 'userId', 'users'],
  ['directory_guesses', 'accountId', 'accounts'],
];

const indices = [
  `CREATE INDEX "ix_directory_entries_dn" ON "directory_entries" ("directoryId", "dnHash")`,
  `CREATE INDEX "ix_directory_entries_local" ON "directory_entries" ("localId")`,
  `CREATE INDEX "ix_directory_entries_expires" ON "directory_entries" ("expiresAt") WHERE "expiresAt" IS NOT NULL`,
  `CREATE INDEX "ix_directory_held_user" ON "directory_held" ("userId")`,
];

/** What following a directory remembers: its entries, how far its changes were read, whom the guard holds, and guesses. */
export class DirectorySync1700000810000 implements MigrationInterface {
  name = 'DirectorySync1700000810000';

  async up(q: QueryRunner): Promise<void> {
    await createTables(q, tables, references, indices);
  }

  async down(q: QueryRunner): Promise<void> {
    await dropTables(q, tables);
  }
}
