import { sql } from '../../../platform/database/sql.ts';
import { attributeMap } from '../protocol/filter.ts';
import { urn } from '../protocol/messages.ts';

/** What a filter on /Users may name, in terms of the row `u`. */
export const userAttributes = attributeMap(
  {
    id: { kind: 'text', column: sql`u."id"` },
    externalId: { kind: 'text', column: sql`u."externalId"` },
    userName: { kind: 'text', column: sql`u."userNameKey"`, folded: true },
    displayName: { kind: 'text', column: sql`lower(u."displayName")`, folded: true },
    active: {
      kind: 'boolean',
      column: sql`(NOT EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = u."id" AND c."cause" = 'directory'))`,
    },
    'meta.created': { kind: 'time', column: sql`u."createdAt"` },
    'meta.lastModified': { kind: 'time', column: sql`u."updatedAt"` },
    emails: {
      kind: 'exists',
      attributes: attributeMap({
        value: { kind: 'text', column: sql`e."valueKey"`, folded: true },
        type: { kind: 'text', column: sql`lower(e."type")`, folded: true },
        display: { kind: 'text', column: sql`lower(e."display")`, folded: true },
        primary: { kind: 'boolean', column: sql`e."isPrimary"` },
      }),
      exists: (inner) => sql`EXISTS (SELECT 1 FROM "user_addresses" e WHERE e."userId" = u."id" AND ${inner})`,
    },
  },
  urn.user,
);
