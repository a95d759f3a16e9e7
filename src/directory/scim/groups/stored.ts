import { breathe } from '../../../platform/database/breathe.ts';
import { engineOf, firstRow, rows } from '../../../platform/database/run.ts';
import { list, type Sql, sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Group } from '../../../users/entitlement/group.entity.ts';
import { requireGroup } from '../../groups/groups.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { scimError } from '../protocol/errors.ts';
import { type About, identified, presentGroup, type Reference, type Resource, weakTag } from '../protocol/present.ts';
import { project, type Projection, wants } from '../protocol/projection.ts';

/** A group of this connection. @throws scim.notFound, for every other id alike */
export async function requireStored(on: Reader, scope: DirectoryScope, id: string): Promise<Group> {
  try {
    return await requireGroup(on, scope, id);
  } catch (error) {
    if (!(error instanceof CarillonError)) throw error;
    throw scimError('scim.notFound', { values: { id: id.slice(0, 128) } });
  }
}

/** The SCIM resources of these groups; members are read only when they will be shown. */
export async function presentGroups(
  on: Reader,
  groups: readonly Group[],
  base: string,
  projection: Projection,
): Promise<Resource[]> {
  const members = wants('members', projection)
    ? await membersOf(
        on,
        groups.map(({ id }) => id),
        base,
      )
    : null;
  return groups.map((group) => {
    const about: About = {
      id: group.id,
      createdAt: group.createdAt,
      lastModified: group.updatedAt,
      location: `${base}/Groups/${group.id}`,
      version: versionOf(group),
    };
    const resource = presentGroup(group, { ...about, ...(members && { members: members.get(group.id) ?? [] }) });
    return identified(project(resource, projection), about);
  });
}

/** The version of a group (RFC 7644 §3.14), which counts changes of its name and of who its members are. */
export const versionOf = ({ version }: Pick<Group, 'version'>): string => weakTag(version);

/** Members that are read before others have their turn: SQLite reads in the server's own thread. */
const sliceMembers = 1_000;

interface MemberRow {
  groupId: string;
  memberId: string;
  memberType: 'User' | 'Group';
  display: string | null;
}

async function membersOf(on: Reader, ids: readonly string[], base: string): Promise<Map<string, Reference[]>> {
  const all = new Map<string, Reference[]>(ids.map((id) => [id, []]));
  for await (const found of slicesOf(on, ids)) {
    for (const { groupId, memberId, memberType, display } of found) {
      const $ref = `${base}/${memberType}s/${memberId}`;
      all.get(groupId)!.push({ value: memberId, ...(display !== null && { display }), type: memberType, $ref });
    }
  }
  return all;
}

/** Several groups on one page are small (`withinPage`); one alone may have any number of members. */
async function* slicesOf(on: Reader, ids: readonly string[]): AsyncGenerator<MemberRow[]> {
  if (ids.length !== 1 || engineOf(on) !== 'sqlite') {
    yield await memberRows(on, sql`m."groupId" IN (${list(ids)}) AND u."deletedAt" IS NULL ORDER BY m."memberId"`);
    return;
  }
  for (let last = ''; ;) {
    const slice = sql`SELECT "memberId" FROM "group_members" WHERE "groupId" = ${ids[0]!} AND "memberId" > ${last}
      ORDER BY "memberId" LIMIT 1 OFFSET ${sliceMembers - 1}`;
    const end = await firstRow<{ memberId: string }>(on, slice);
    const until = end ? sql`AND m."memberId" <= ${end.memberId}` : sql``;
    yield await memberRows(
      on,
      sql`m."groupId" = ${ids[0]!} AND m."memberId" > ${last} ${until} AND u."deletedAt" IS NULL ORDER BY m."memberId"`,
    );
    if (!end) return;
    last = end.memberId;
    await breathe(on);
  }
}

const memberRows = (on: Reader, which: Sql): Promise<MemberRow[]> =>
  rows(
    on,
    sql`SELECT m."groupId", m."memberId", m."memberType", COALESCE(u."displayName", u."userName", g."displayName") AS "display"
        FROM "group_members" m LEFT JOIN "users" u ON u."id" = m."memberId"
        LEFT JOIN "directory_groups" g ON g."id" = m."memberId" WHERE ${which}`,
  );
