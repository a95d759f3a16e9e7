import { isTrue, rows } from '../../../platform/database/run.ts';
import { type Engine, type Sql, sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import type { Asking } from '../http/stored.ts';
import type { Reference, Resource } from '../protocol/present.ts';
import { type Projection, wants } from '../protocol/projection.ts';
import { presentPeople, referenceTo, type StoredUser } from './stored.ts';

/** A row `u` of people as it is shown: texts to search by, and what is not a directory's, stay where they are. */
const columns = sql`u."id", u."connectionId", u."userName", u."externalId", u."displayName", u."profile",
  u."createdAt", u."updatedAt"`;

const isOut = sql`EXISTS (SELECT 1 FROM "user_causes" c
  WHERE c."userId" = u."id" AND c."cause" = 'directory') AS "isOut"`;

const inGroups = sql`FROM "group_members" m JOIN "directory_groups" g ON g."id" = m."groupId"
  WHERE m."memberId" = u."id" AND m."memberType" = 'User'`;
/** The groups of a person as a list in JSON of ids and names; nothing, or an empty one, of somebody in none. */
const groups: Record<Engine, Sql> = {
  sqlite: sql`(SELECT json_group_array(json_array(g."id", g."displayName") ORDER BY g."displayNameKey") ${inGroups})`,
  postgres: sql`(SELECT json_agg(json_build_array(g."id", g."displayName") ORDER BY g."displayNameKey")::text ${inGroups})`,
};

interface Row extends Omit<StoredUser, 'profile'> {
  profile: string;
  isOut: unknown;
  groups?: string | null;
}

/**
 * Reads people and shows what was asked for of them, in one statement: an answer costs less than a question does. Only
 * managers are asked for afterwards.
 * @param from what follows FROM, with the people as `u`
 */
export async function showPeople(
  on: Reader,
  from: Sql,
  { engine, base }: Pick<Asking, 'engine' | 'base'>,
  projection: Projection,
): Promise<Resource[]> {
  const withGroups = wants('groups', projection) ? sql`, ${groups[engine]} AS "groups"` : sql``;
  const found = await rows<Row>(on, sql`SELECT ${columns}, ${isOut}${withGroups} FROM ${from}`);
  const people = found.map(({ isOut: out, groups: list, ...row }) => ({
    user: { ...row, profile: JSON.parse(row.profile) as StoredUser['profile'] },
    active: !isTrue(out),
    groups: referencesIn(list ?? '', base),
  }));
  return presentPeople(on, people, base, projection);
}

function referencesIn(list: string, base: string): Reference[] {
  if (list === '' || list === '[]') return [];
  return (JSON.parse(list) as [id: string, name: string][]).map(([id, name]) => referenceTo(id, name, base));
}
