import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { bigint, flag, id, key, longText, optional, text } from './columns.ts';
import { createTables, dropTables, type Reference } from './tables.ts';

const tables: Record<string, TableColumnOptions[]> = {
  upstream_providers: [
    key(id('id')),
    id('organisationId'),
    text('name', 100),
    text('kind', 12),
    text('issuer', 1024),
    flag('announcesIssuer'),
    text('clientId', 256),
    longText('clientSecret'),
    text('clientAuthentication', 8),
    text('scope', 512),
    optional(text('authorizationEndpoint', 1024)),
    optional(text('tokenEndpoint', 1024)),
    optional(text('profileEndpoint', 1024)),
    text('subjectField', 128),
    text('addressField', 128),
    text('nameField', 128),
    text('vouches', 128),
    bigint('createdAt'),
    bigint('updatedAt'),
  ],
  upstream_attempts: [
    key(text('stateHash', 64)),
    id('providerId'),
    text('browserHash', 64),
    text('nonce', 64),
    text('codeVerifier', 512),
    text('redirectUri', 1024),
    text('target', 1024),
    bigint('createdAt'),
    bigint('expiresAt'),
    optional(bigint('usedAt')),
    optional(id('userId')),
    optional(id('sessionId')),
    optional(bigint('maxAge')),
  ],
  upstream_links: [
    key(id('id')),
    id('providerId'),
    text('issuer', 1024),
    text('subject', 255),
    id('userId'),
    bigint('createdAt'),
    optional(bigint('usedAt')),
  ],
  upstream_offers: [
    key(text('browserHash', 64)),
    id('id'),
    id('providerId'),
    optional(id('userId')),
    optional(id('sessionId')),
    longText('proof'),
    bigint('createdAt'),
    bigint('expiresAt'),
  ],
};

const references: Reference[] = [
  ['upstream_attempts', 'providerId', 'upstream_providers'],
  ['upstream_links', 'providerId', 'upstream_providers'],
  ['upstream_links', 'userId', 'users'],
  ['upstream_offers', 'providerId', 'upstream_providers'],
];

const indices = [
  `CREATE INDEX "ix_upstream_attempts_expiry" ON "upstream_attempts" ("expiresAt")`,
  `CREATE INDEX "ix_upstream_attempts_provider" ON "upstream_attempts" ("providerId")`,
  `CREATE UNIQUE INDEX "ux_upstream_links_subject" ON "upstream_links" ("providerId", "issuer", "subject")`,
  `CREATE UNIQUE INDEX "ux_upstream_links_user" ON "upstream_links" ("userId", "providerId")`,
  `CREATE INDEX "ix_upstream_offers_provider" ON "upstream_offers" ("providerId")`,
  `CREATE INDEX "ix_upstream_offers_expiry" ON "upstream_offers" ("expiresAt")`,
];

/** Providers by which people without a directory sign in, and who is whom there. */
export class Upstream1700000940000 implements MigrationInterface {
  name = 'Upstream1700000940000';

  async up(q: QueryRunner): Promise<void> {
    await createTables(q, tables, references, indices);
  }

  async down(q: QueryRunner): Promise<void> {
    await dropTables(q, tables);
  }
}
