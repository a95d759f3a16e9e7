import { type Sql, sql } from '../../../platform/database/sql.ts';
import { fold } from '../../../platform/text/fold.ts';
import { jsonSql } from '../http/json-sql.ts';
import { address, type Asking, constant, exact, folded, metaColumn } from '../http/stored.ts';
import { type Attribute, userSchema } from '../protocol/attributes.ts';
import type { Rows, Stored } from '../protocol/filter.ts';
import type { Column } from '../protocol/filter-sql.ts';
import { urn } from '../protocol/messages.ts';

const namesOf = (steps: readonly Attribute[]): string[] => steps.map(({ name }) => name);

/** Where the attributes of a person are, in terms of the row `u`: columns first, all others in its JSON. */
export function storedUser(asking: Asking): Stored {
  const json = jsonSql[asking.engine];
  const inJson = (steps: readonly Attribute[]): Column => {
    const column = steps.at(-1)!.caseExact ? 'u."profile"' : 'u."searchKey"';
    return { kind: 'text', column: json.text(column, namesOf(steps)), folded: !steps.at(-1)!.caseExact };
  };
  const columns: Record<string, Column> = {
    id: { kind: 'text', column: sql`u."id"`, indexed: true },
    externalId: { kind: 'text', column: sql`u."externalId"`, indexed: true },
    userName: { kind: 'text', column: sql`u."userNameKey"`, folded: true, indexed: true },
    active: {
      kind: 'boolean',
      column: sql`(NOT EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = u."id" AND c."cause" = 'directory'))`,
    },
  };
  const location = address(asking, 'Users', sql`u."id"`);
  return {
    schema: userSchema,
    column(steps) {
      const [first, second, third] = namesOf(steps);
      if (first === 'meta')
        return metaColumn(asking, second, 'User', {
          location,
          created: sql`u."createdAt"`,
          lastModified: sql`u."updatedAt"`,
        });
      if (second === 'manager' && third !== undefined && third !== 'value') return ofManager(asking, third, inJson);
      return columns[first!] ?? inJson(steps);
    },
    rows(steps) {
      const [name] = namesOf(steps);
      if (name === 'schemas') return schemas(asking);
      return name === 'groups' ? groups(asking) : elements(asking, steps[0]!);
    },
  };
}

/** What is shown of the manager beside the id: they are somebody of the same connection. */
function ofManager(
  asking: Asking,
  name: string | undefined,
  inJson: (steps: readonly Attribute[]) => Column,
): Column | undefined {
  const { engine, scope } = asking;
  const extension = userSchema.attributes.get(urn.enterprise.toLowerCase())!;
  const manager = extension.sub.get('manager')!;
  const { column: id } = inJson([extension, manager, manager.sub.get('value')!]);
  const shown =
    name === '$ref' ? address(asking, 'Users', sql`mg."id"`) : jsonSql[engine].text('mg."searchKey"', ['displayName']);
  const found = sql`(SELECT ${shown} FROM "users" mg WHERE mg."id" = ${id}
    AND mg."connectionId" = ${scope.connectionId} AND mg."deletedAt" IS NULL)`;
  return name === '$ref' ? exact(found) : folded(found);
}

/** The elements of a list in the profile. */
function elements({ engine, scope }: Asking, { name }: Attribute): Rows {
  const json = jsonSql[engine];
  const from = json.elements('u."searchKey"', [name]);
  const primary = json.flag('primary');
  return {
    exists: (inner) => sql`EXISTS (SELECT 1 FROM ${from} WHERE ${inner})`,
    column: (sub) => {
      if (sub.type === 'boolean')
        return { kind: 'boolean', column: json.flag(sub.name), said: sql`${json.ofElement(sub.name)} IS NOT NULL` };
      return sub.caseExact ? exact(json.ofTwin('u."profile"', [name], sub.name)) : folded(json.ofElement(sub.name));
    },
    // The addresses have rows with an index; those say who may fit, and the elements who does.
    narrowed: (sub, value) =>
      name === 'emails' && sub.name === 'value'
        ? sql`u."id" IN (SELECT a."userId" FROM "user_addresses" a
            WHERE a."accountId" = ${scope.accountId} AND a."valueKey" = ${fold(value)})`
        : undefined,
    first: (column) =>
      sql`(SELECT ${column} FROM ${from} ORDER BY CASE WHEN ${primary} THEN 0 ELSE 1 END, ${json.place} LIMIT 1)`,
  };
}

/** The groups that a person is a direct member of. */
function groups(asking: Asking): Rows {
  const from = sql`"group_members" m JOIN "directory_groups" g ON g."id" = m."groupId"
    WHERE m."memberId" = u."id" AND m."memberType" = 'User'`;
  const columns: Record<string, Column> = {
    value: exact(sql`g."id"`),
    display: folded(sql`g."displayNameKey"`),
    type: folded(constant(asking, 'direct')),
    $ref: exact(address(asking, 'Groups', sql`g."id"`)),
  };
  return {
    exists: (inner) => sql`EXISTS (SELECT 1 FROM ${from} AND ${inner})`,
    column: ({ name }) => columns[name],
    narrowed: (sub, value) =>
      sub.name === 'value'
        ? sql`u."id" IN (SELECT n."memberId" FROM "group_members" n WHERE n."groupId" = ${value})`
        : undefined,
    many: (sub, value) => (sub.name === 'value' ? sql`"group_members" WHERE "groupId" = ${value}` : undefined),
    first: (column) => sql`(SELECT ${column} FROM ${from} ORDER BY g."displayNameKey", g."id" LIMIT 1)`,
  };
}

/** A person has the extension's schema when they have something of it. */
function schemas(asking: Asking): Rows {
  const enterprise: Sql = jsonSql[asking.engine].text('u."searchKey"', [urn.enterprise]);
  const from = sql`(SELECT ${constant(asking, urn.user)} AS "value" UNION ALL
    SELECT ${constant(asking, urn.enterprise)} WHERE ${enterprise} IS NOT NULL) s`;
  return {
    exists: (inner) => sql`EXISTS (SELECT 1 FROM ${from} WHERE ${inner})`,
    column: () => exact(sql`s."value"`),
    first: () => constant(asking, urn.user),
  };
}
