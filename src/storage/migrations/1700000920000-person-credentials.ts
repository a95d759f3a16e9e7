import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { bigint, flag, id, json, key, longText, optional, text } from './columns.ts';
import { createTables, dropTables, type Reference } from './tables.ts';

const tables: Record<string, TableColumnOptions[]> = {
  person_totps: [key(id('userId')), id('organisationId'), longText('secret'), bigint('lastStep'), bigint('createdAt')],
  person_passkeys: [
    key(id('id')),
    id('organisationId'),
    id('userId'),
    text('credentialId', 1400),
    longText('publicKey'),
    bigint('counter'),
    json('transports'),
    text('name', 64),
    flag('backedUp'),
    bigint('createdAt'),
    optional(bigint('lastUsedAt')),
  ],
  person_recovery_codes: [
    key(id('userId')),
    key(text('codeHash', 64)),
    id('organisationId'),
    bigint('createdAt'),
    optional(bigint('usedAt')),
  ],
  person_devices: [
    key(id('userId')),
    key(text('tokenHash', 64)),
    id('organisationId'),
    bigint('createdAt'),
    bigint('expiresAt'),
  ],
  person_factor_guesses: [
    key(id('userId')),
    key(text('source', 64)),
    id('organisationId'),
    bigint('windowAt'),
    bigint('guesses'),
  ],
  person_pending_sign_ins: [
    key(id('id')),
    id('organisationId'),
    id('accountId'),
    id('userId'),
    text('tokenHash', 64),
    text('browserHash', 64),
    bigint('epoch'),
    bigint('accountEpoch'),
    text('target', 1024),
    longText('proof'),
    bigint('guesses'),
    bigint('createdAt'),
    bigint('expiresAt'),
  ],
};

const references = Object.keys(tables).map((table): Reference => [table, 'userId', 'users']);

const indices = [
  `CREATE UNIQUE INDEX "ux_person_passkeys_credential" ON "person_passkeys" ("credentialId")`,
  `CREATE INDEX "ix_person_passkeys_user" ON "person_passkeys" ("userId")`,
  `CREATE UNIQUE INDEX "ux_person_pending_sign_ins_token" ON "person_pending_sign_ins" ("tokenHash")`,
  `CREATE INDEX "ix_person_pending_sign_ins_user" ON "person_pending_sign_ins" ("userId")`,
  `CREATE INDEX "ix_person_devices_token" ON "person_devices" ("tokenHash")`,
];

/** Second factors of people, the browsers that are known for them, and who requires a second factor of whom. */
export class PersonCredentials1700000920000 implements MigrationInterface {
  name = 'PersonCredentials1700000920000';

  async up(q: QueryRunner): Promise<void> {
    await createTables(q, tables, references, indices);
    await q.query(`ALTER TABLE "accounts" ADD COLUMN "secondFactorSince" bigint`);
    await q.query(`ALTER TABLE "directories" ADD COLUMN "secondFactorSince" bigint`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE "directories" DROP COLUMN "secondFactorSince"`);
    await q.query(`ALTER TABLE "accounts" DROP COLUMN "secondFactorSince"`);
    await dropTables(q, tables);
  }
}
