import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { bigint, id, key, longText, optional, text } from './columns.ts';
import { createTables, dropTables } from './tables.ts';

const tables: Record<string, TableColumnOptions[]> = {
  trail_person_keys: [
    key(text('personId', 128)),
    optional(id('organisationId')),
    optional(longText('sealedKey')),
    bigint('createdAt'),
    optional(bigint('expiresAt')),
    optional(bigint('erasedAt')),
  ],
  trail_chains: [key(id('id')), bigint('position'), text('hash', 64), longText('proof'), bigint('createdAt')],
  trail_chain: [
    key(id('chainId')),
    key(bigint('position')),
    bigint('version'),
    id('recordId'),
    text('eventName', 64),
    bigint('eventTime'),
    text('digest', 64),
    text('hash', 64),
  ],
  trail_digests: [
    key(id('chainId')),
    key(bigint('number')),
    bigint('position'),
    bigint('since'),
    bigint('until'),
    longText('jws'),
    optional(bigint('filedAt')),
  ],
  trail_keys: [key(id('id')), longText('publicKey'), longText('privateKey'), bigint('createdAt')],
  trail_locks: [key(text('name', 16)), bigint('turns')],
};

const indices = [
  `CREATE UNIQUE INDEX "ux_trail_chain_record" ON "trail_chain" ("recordId")`,
  `CREATE INDEX "ix_trail_digests_unfiled" ON "trail_digests" ("chainId", "number") WHERE "filedAt" IS NULL`,
  `CREATE INDEX "ix_trail_person_keys_expiry" ON "trail_person_keys" ("expiresAt") WHERE "expiresAt" IS NOT NULL`,
  `CREATE INDEX "ix_trail_records_unsealed" ON "trail_records" ("id") WHERE "position" IS NULL`,
];

/** What seals the trail: keys of people, chains of records, signed digests. Records that are there stay as they are. */
export class TrailSeals1700000500000 implements MigrationInterface {
  name = 'TrailSeals1700000500000';

  async up(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE "trail_records" ADD COLUMN "personal" text');
    await q.query('ALTER TABLE "trail_records" ADD COLUMN "sealedValues" text');
    await q.query('ALTER TABLE "trail_records" ADD COLUMN "position" bigint');
    await createTables(q, tables, [], indices);
    await q.query(`INSERT INTO "trail_locks" ("name", "turns") VALUES ('sealer', 0)`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('DROP INDEX "ix_trail_records_unsealed"');
    await dropTables(q, tables);
    for (const column of ['personal', 'sealedValues', 'position']) {
      await q.query(`ALTER TABLE "trail_records" DROP COLUMN "${column}"`);
    }
  }
}
