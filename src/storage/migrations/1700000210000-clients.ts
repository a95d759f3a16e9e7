import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { bigint, flag, id, json, key, longText, optional, text } from './columns.ts';
import { createTables, dropTables, type Reference } from './tables.ts';

const tables: Record<string, TableColumnOptions[]> = {
  oidc_clients: [
    key(id('id')),
    id('organisationId'),
    optional(id('accountId')),
    text('name', 200),
    text('kind', 8),
    text('authentication', 8),
    optional(text('secretHash', 64)),
    optional(bigint('secretCreatedAt')),
    optional(text('formerSecretHash', 64)),
    optional(bigint('formerSecretUntil')),
    optional(json('jwks')),
    json('redirectUris'),
    json('postLogoutRedirectUris'),
    optional(text('backchannelLogoutUri', 1024)),
    flag('backchannelLogoutSession'),
    json('grantTypes'),
    json('scopes'),
    text('subjectType', 8),
    optional(text('sectorIdentifier', 253)),
    text('accessTokenFormat', 8),
    bigint('accessTokenSeconds'),
    optional(text('audience', 512)),
    optional(text('resource', 512)),
    flag('firstParty'),
    flag('introspectsOrganisation'),
    bigint('createdAt'),
    bigint('updatedAt'),
  ],
  signing_keys: [
    key(id('id')),
    text('state', 8),
    json('publicKey'),
    longText('privateKey'),
    bigint('createdAt'),
    optional(bigint('activeAt')),
    optional(bigint('retiredAt')),
  ],
  relying_party_sessions: [
    key(id('id')),
    id('organisationId'),
    optional(id('accountId')),
    id('clientId'),
    id('sessionId'),
    id('userId'),
    text('subject', 255),
    bigint('createdAt'),
    optional(bigint('endedAt')),
    optional(text('endedBecause', 24)),
  ],
  logout_deliveries: [
    key(id('id')),
    id('organisationId'),
    optional(id('accountId')),
    id('clientId'),
    id('userId'),
    text('subject', 255),
    text('uri', 1024),
    flag('withSession'),
    text('because', 24),
    text('state', 12),
    bigint('createdAt'),
    optional(bigint('claimedUntil')),
    bigint('attempts'),
    bigint('notBefore'),
    optional(bigint('finishedAt')),
    optional(text('lastError', 200)),
  ],
};

/**
 * An account's deletion takes its clients. Relying-party sessions and deliveries refer to nothing: whoever must be told
 * is told after everything else is gone.
 */
const references: Reference[] = [
  ['oidc_clients', 'organisationId', 'organisations'],
  ['oidc_clients', 'accountId', 'accounts'],
];

const indices = [
  `CREATE INDEX "ix_oidc_clients_organisation" ON "oidc_clients" ("organisationId", "name")`,
  `CREATE UNIQUE INDEX "ux_signing_keys_one" ON "signing_keys" ("state") WHERE "state" <> 'retired'`,
  `CREATE UNIQUE INDEX "ux_relying_party_sessions" ON "relying_party_sessions" ("sessionId", "clientId") WHERE "endedAt" IS NULL`,
  `CREATE INDEX "ix_relying_party_sessions_client" ON "relying_party_sessions" ("clientId") WHERE "endedAt" IS NULL`,
  `CREATE INDEX "ix_relying_party_sessions_ended" ON "relying_party_sessions" ("endedAt") WHERE "endedAt" IS NOT NULL`,
  `CREATE INDEX "ix_logout_deliveries_due" ON "logout_deliveries" ("notBefore") WHERE "finishedAt" IS NULL`,
  `CREATE INDEX "ix_logout_deliveries_finished" ON "logout_deliveries" ("finishedAt") WHERE "finishedAt" IS NOT NULL`,
];

/** Relying parties, the keys that sign for them, and whom to tell when a session is over. */
export class Clients1700000210000 implements MigrationInterface {
  name = 'Clients1700000210000';

  async up(q: QueryRunner): Promise<void> {
    await createTables(q, tables, references, indices);
  }

  async down(q: QueryRunner): Promise<void> {
    await dropTables(q, tables);
  }
}
