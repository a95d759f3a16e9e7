import type { MigrationInterface, QueryRunner } from 'typeorm';
import { bigint, id, key, optional, text } from './columns.ts';
import { createTables, dropTables, type Reference } from './tables.ts';

/** As `nobodys` of the accounts' floor has them; written out, since a migration that was released stays as it is. */
const organisationId = '000000000000';
const accountId = '00000000-0000-7000-8000-000000000000';

const trialColumns = ['trialStartedAt', 'trialEndsAt', 'trialToldAt'] as const;

const tables = {
  invitations: [
    key(id('id')),
    id('organisationId'),
    id('accountId'),
    text('address', 320),
    text('addressKey', 320),
    text('tokenHash', 64),
    text('invitedBy', 128),
    bigint('createdAt'),
    bigint('expiresAt'),
    bigint('sentAt'),
    bigint('sentCount'),
    text('emailStatus', 8),
    optional(bigint('acceptedAt')),
    optional(id('acceptedBy')),
    optional(bigint('revokedAt')),
  ],
  invitation_rates: [key(id('organisationId')), bigint('usedUntil')],
  account_departures: [
    key(id('id')),
    id('organisationId'),
    id('accountId'),
    text('domain', 253),
    bigint('people'),
    bigint('at'),
  ],
};

const references: Reference[] = [
  ['invitations', 'accountId', 'accounts'],
  ['invitation_rates', 'organisationId', 'organisations'],
  ['account_departures', 'accountId', 'accounts'],
];

const indices = [
  `CREATE UNIQUE INDEX "ux_invitations_token" ON "invitations" ("tokenHash")`,
  `CREATE UNIQUE INDEX "ux_invitations_open" ON "invitations" ("accountId", "addressKey")
     WHERE "acceptedAt" IS NULL AND "revokedAt" IS NULL`,
  `CREATE INDEX "ix_invitations_account" ON "invitations" ("accountId", "createdAt", "id")`,
  `CREATE INDEX "ix_invitations_address" ON "invitations" ("addressKey")`,
  `CREATE INDEX "ix_invitations_accepted" ON "invitations" ("acceptedBy") WHERE "acceptedBy" IS NOT NULL`,
  `CREATE INDEX "ix_users_trial" ON "users" ("trialEndsAt") WHERE "trialEndsAt" IS NOT NULL AND "trialToldAt" IS NULL`,
  `CREATE INDEX "ix_departures_account" ON "account_departures" ("accountId", "at")`,
  // Own accounts by their domain, for the account that claims it, and by their address.
  `CREATE INDEX "ix_users_own_domain" ON "users" ("primaryDomain", "primaryAddressKey")
     WHERE "connectionId" IS NULL AND "deletedAt" IS NULL AND "releasedAt" IS NULL`,
];

/** People who belong to no account, their trials, and invitations into team accounts. */
export class OwnPeople1700000910000 implements MigrationInterface {
  name = 'OwnPeople1700000910000';

  async up(q: QueryRunner): Promise<void> {
    for (const name of trialColumns) await q.query(`ALTER TABLE "users" ADD COLUMN "${name}" bigint`);
    const now = Date.now();
    // As deleted, so that a release that knows nothing of it lists it nowhere; without a time to erase it, it stays.
    await q.query(`INSERT INTO "organisations" ("id", "name", "createdAt", "deletedAt")
                   VALUES ('${organisationId}', 'No organisation', ${now}, ${now})`);
    await q.query(`INSERT INTO "accounts" ("id", "organisationId", "name", "type", "defaultLicence", "helpContact",
                     "version", "epoch", "createdAt")
                   VALUES ('${accountId}', '${organisationId}', 'No account', 'Team', 'Basic', '', 1, 1, ${now})`);
    await createTables(q, tables, references, indices);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP INDEX "ix_users_own_domain"`);
    await q.query(`DROP INDEX "ix_users_trial"`);
    await dropTables(q, tables);
    // Nobody could tell them apart from an organisation's any more; the release before has no sign-in for them.
    await q.query(`DELETE FROM "users" WHERE "accountId" = '${accountId}'`);
    await q.query(`DELETE FROM "accounts" WHERE "id" = '${accountId}'`);
    await q.query(`DELETE FROM "organisations" WHERE "id" = '${organisationId}'`);
    for (const name of trialColumns) await q.query(`ALTER TABLE "users" DROP COLUMN "${name}"`);
  }
}
