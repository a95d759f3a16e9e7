import { type Sql, sql } from '../../../platform/database/sql.ts';
import { jsonSql } from '../http/json-sql.ts';
import { address, type Asking, constant, exact, folded, metaColumn } from '../http/stored.ts';
import { groupMembers, groupSchema } from '../protocol/attributes.ts';
import { compileElements, type Rows, type Stored } from '../protocol/filter.ts';
import type { Column } from '../protocol/filter-sql.ts';
import type { Filter } from '../protocol/filter-tree.ts';
import { urn } from '../protocol/messages.ts';

/** Where the attributes of a group are, in terms of the row `g`. */
export function storedGroup(asking: Asking): Stored {
  const columns: Record<string, Column> = {
    id: { kind: 'text', column: sql`g."id"`, indexed: true },
    externalId: exact(sql`g."externalId"`),
    displayName: { kind: 'text', column: sql`g."displayNameKey"`, folded: true, indexed: true },
  };
  const location = address(asking, 'Groups', sql`g."id"`);
  return {
    schema: groupSchema,
    column([first, second]) {
      if (first?.name !== 'meta') return columns[first!.name];
      const times = { created: sql`g."createdAt"`, lastModified: sql`g."updatedAt"` };
      return metaColumn(asking, second?.name, 'Group', { location, ...times });
    },
    rows: ([first]) => (first?.name === 'schemas' ? schemas(asking) : members(asking)),
  };
}

/** The members of a group as they are shown: people who are there, and groups. */
const membersIn = (groupId: Sql): Sql => sql`"group_members" m LEFT JOIN "users" mu ON mu."id" = m."memberId"
  LEFT JOIN "directory_groups" mg ON mg."id" = m."memberId"
  WHERE m."groupId" = ${groupId} AND mu."deletedAt" IS NULL`;

/** The members `m` of a group whom a filter describes, for FROM. @throws scim.invalidFilter */
export const membersWho = (asking: Asking, groupId: string, filter: Filter): Sql =>
  sql`${membersIn(sql`${groupId}`)} AND ${compileElements(filter, groupMembers, storedGroup(asking))}`;

function members(asking: Asking): Rows {
  const from = membersIn(sql`g."id"`);
  const name = jsonSql[asking.engine].text('mu."searchKey"', ['displayName']);
  const columns: Record<string, Column> = {
    value: exact(sql`m."memberId"`),
    type: folded(
      sql`(CASE WHEN m."memberType" = 'User' THEN ${constant(asking, 'user')} ELSE ${constant(asking, 'group')} END)`,
    ),
    display: folded(sql`COALESCE(${name}, mu."userNameKey", mg."displayNameKey")`),
    $ref: exact(sql`(CASE WHEN m."memberType" = 'User' THEN ${address(asking, 'Users', sql`m."memberId"`)}
      ELSE ${address(asking, 'Groups', sql`m."memberId"`)} END)`),
  };
  return {
    exists: (inner) => sql`EXISTS (SELECT 1 FROM ${from} AND ${inner})`,
    column: (sub) => columns[sub.name],
    narrowed: (sub, value) =>
      sub.name === 'value'
        ? sql`g."id" IN (SELECT n."groupId" FROM "group_members" n WHERE n."memberId" = ${value})`
        : undefined,
    first: (column) => sql`(SELECT ${column} FROM ${from} ORDER BY m."memberId" LIMIT 1)`,
  };
}

const schemas = (asking: Asking): Rows => ({
  exists: (inner) => sql`EXISTS (SELECT 1 FROM (SELECT ${constant(asking, urn.group)} AS "value") s WHERE ${inner})`,
  column: () => exact(sql`s."value"`),
  first: () => constant(asking, urn.group),
});
