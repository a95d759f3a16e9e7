import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { bigint, flag, id, json, key, longText, optional, text } from './columns.ts';
import { createTables, dropTables, type Reference } from './tables.ts';

const tables: Record<string, TableColumnOptions[]> = {
  oidc_artifacts: [
    key(id('id')),
    text('model', 32),
    optional(id('organisationId')),
    optional(id('accountId')),
    optional(id('clientId')),
    optional(id('userId')),
    optional(id('grantId')),
    optional(id('sessionId')),
    flag('endsWithSession'),
    optional(bigint('epoch')),
    optional(bigint('accountEpoch')),
    optional(text('userCodeHash', 64)),
    longText('payload'),
    optional(longText('sealedPayload')),
    bigint('createdAt'),
    bigint('expiresAt'),
    optional(bigint('consumedAt')),
  ],
  oidc_consents: [
    key(id('userId')),
    key(id('clientId')),
    id('organisationId'),
    id('accountId'),
    json('scopes'),
    bigint('createdAt'),
    bigint('updatedAt'),
  ],
};

const references: Reference[] = [
  ['oidc_artifacts', 'organisationId', 'organisations'],
  ['oidc_artifacts', 'userId', 'users'],
  ['oidc_consents', 'userId', 'users'],
];

const indices = [
  `CREATE INDEX "ix_oidc_artifacts_grant" ON "oidc_artifacts" ("grantId") WHERE "grantId" IS NOT NULL`,
  `CREATE INDEX "ix_oidc_artifacts_person" ON "oidc_artifacts" ("userId", "clientId") WHERE "userId" IS NOT NULL`,
  `CREATE INDEX "ix_oidc_artifacts_client" ON "oidc_artifacts" ("clientId") WHERE "clientId" IS NOT NULL`,
  `CREATE INDEX "ix_oidc_artifacts_expires" ON "oidc_artifacts" ("expiresAt")`,
  `CREATE UNIQUE INDEX "ux_oidc_artifacts_user_code" ON "oidc_artifacts" ("userCodeHash") WHERE "userCodeHash" IS NOT NULL`,
  `CREATE INDEX "ix_oidc_consents_client" ON "oidc_consents" ("clientId")`,
];

/** When, and how, a connector's provider says that it asked the person; and how old that may be for a sign-in. */
const columns = [
  `ALTER TABLE "sessions" ADD COLUMN "authTime" bigint`,
  `ALTER TABLE "sessions" ADD COLUMN "amr" varchar(255)`,
  `ALTER TABLE "sign_in_attempts" ADD COLUMN "maxAge" bigint`,
];

/** What the OpenID provider keeps: grants, codes, tokens, interactions, and what people have agreed to. */
export class Provider1700000200000 implements MigrationInterface {
  name = 'Provider1700000200000';

  async up(q: QueryRunner): Promise<void> {
    await createTables(q, tables, references, indices);
    for (const column of columns) await q.query(column);
  }

  async down(q: QueryRunner): Promise<void> {
    await dropTables(q, tables);
    await q.query(`ALTER TABLE "sessions" DROP COLUMN "authTime"`);
    await q.query(`ALTER TABLE "sessions" DROP COLUMN "amr"`);
    await q.query(`ALTER TABLE "sign_in_attempts" DROP COLUMN "maxAge"`);
  }
}
