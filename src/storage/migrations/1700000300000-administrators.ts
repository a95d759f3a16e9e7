import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { bigint, flag, id, json, key, longText, optional, text } from './columns.ts';
import { createTables, dropTables, type Reference } from './tables.ts';

const tables: Record<string, TableColumnOptions[]> = {
  administrator_totps: [
    key(id('administratorId')),
    id('organisationId'),
    longText('secret'),
    bigint('lastStep'),
    bigint('createdAt'),
  ],
  passkeys: [
    key(id('id')),
    id('organisationId'),
    id('administratorId'),
    text('credentialId', 1400),
    longText('publicKey'),
    bigint('counter'),
    json('transports'),
    text('name', 64),
    flag('backedUp'),
    bigint('createdAt'),
    optional(bigint('lastUsedAt')),
  ],
  recovery_codes: [
    key(id('administratorId')),
    key(text('codeHash', 64)),
    id('organisationId'),
    bigint('createdAt'),
    optional(bigint('usedAt')),
  ],
  known_devices: [
    key(id('administratorId')),
    key(text('tokenHash', 64)),
    id('organisationId'),
    bigint('createdAt'),
    bigint('expiresAt'),
  ],
  factor_guesses: [
    key(id('administratorId')),
    key(text('source', 64)),
    id('organisationId'),
    bigint('windowAt'),
    bigint('guesses'),
  ],
  pending_sign_ins: [
    key(id('id')),
    id('organisationId'),
    id('administratorId'),
    text('tokenHash', 64),
    text('browserHash', 64),
    bigint('epoch'),
    text('target', 1024),
    bigint('guesses'),
    bigint('createdAt'),
    bigint('expiresAt'),
  ],
  spent_challenges: [key(text('challengeHash', 64)), id('organisationId'), bigint('expiresAt')],
};

const references: Reference[] = [
  ['administrator_totps', 'administratorId', 'administrators'],
  ['passkeys', 'administratorId', 'administrators'],
  ['recovery_codes', 'administratorId', 'administrators'],
  ['known_devices', 'administratorId', 'administrators'],
  ['factor_guesses', 'administratorId', 'administrators'],
  ['pending_sign_ins', 'administratorId', 'administrators'],
];

const indices = [
  `CREATE UNIQUE INDEX "ux_passkeys_credential" ON "passkeys" ("credentialId")`,
  `CREATE INDEX "ix_passkeys_administrator" ON "passkeys" ("administratorId")`,
  `CREATE UNIQUE INDEX "ux_pending_sign_ins_token" ON "pending_sign_ins" ("tokenHash")`,
  `CREATE INDEX "ix_known_devices_token" ON "known_devices" ("tokenHash")`,
];

/** Second factors, devices that are known, and what guessing has cost so far. */
export class Administrators1700000300000 implements MigrationInterface {
  name = 'Administrators1700000300000';

  async up(q: QueryRunner): Promise<void> {
    await createTables(q, tables, references, indices);
    await q.query(`ALTER TABLE "organisations" ADD COLUMN "secondFactorSince" bigint`);
    await q.query(`ALTER TABLE "sessions" ADD COLUMN "provedAt" bigint`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE "sessions" DROP COLUMN "provedAt"`);
    await q.query(`ALTER TABLE "organisations" DROP COLUMN "secondFactorSince"`);
    await dropTables(q, tables);
  }
}
