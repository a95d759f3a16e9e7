import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { bigint, id, key, longText, optional, text } from './columns.ts';
import { createTables, dropTables } from './tables.ts';

const tables: Record<string, TableColumnOptions[]> = {
  scim_requests: [
    key(id('id')),
    id('organisationId'),
    id('accountId'),
    id('connectionId'),
    id('keyId'),
    bigint('at'),
    bigint('tookUs'),
    text('method', 32),
    text('path', 160),
    bigint('status'),
    optional(text('errorCode', 64)),
    optional(text('scimType', 32)),
    optional(bigint('found')),
    optional(text('subjectType', 8)),
    optional(id('subjectId')),
    text('userAgent', 256),
    text('bodyState', 8),
    bigint('times'),
    bigint('lastAt'),
    optional(text('person', 128)),
    optional(text('digest', 64)),
    optional(longText('sealed')),
  ],
};

/** The last requests of each SCIM key; they go with their key. */
export class ScimRequests1700000740000 implements MigrationInterface {
  name = 'ScimRequests1700000740000';

  up = (q: QueryRunner): Promise<void> =>
    createTables(
      q,
      tables,
      [['scim_requests', 'keyId', 'scim_keys']],
      ['CREATE INDEX "ix_scim_requests_key" ON "scim_requests" ("keyId", "id")'],
    );

  down = (q: QueryRunner): Promise<void> => dropTables(q, tables);
}
