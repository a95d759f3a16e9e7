import { hash } from 'node:crypto';
import { firstRow, rows } from '../../../platform/database/run.ts';
import { lockRow } from '../../../platform/database/select.ts';
import { list, sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import type { PersonInput } from '../../../users/lifecycle/person.ts';
import { type User, UserTable } from '../../../users/user.entity.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { scimError } from '../protocol/errors.ts';
import { urn } from '../protocol/messages.ts';
import {
  type About,
  identified,
  type Manager,
  managerOf,
  presentUser,
  type Reference,
  type Resource,
  weakTag,
} from '../protocol/present.ts';
import { project, type Projection, wants } from '../protocol/projection.ts';
import { primaryEmail, type UserInput } from '../protocol/user.ts';

/**
 * A person of this connection who was not deleted, for whoever changes them: nobody else does meanwhile.
 * @throws scim.notFound, for every other id alike
 */
export const holdStored = async (m: Writer, scope: DirectoryScope, id: string): Promise<User> =>
  known(
    await lockRow(
      m,
      UserTable,
      sql`a."id" = ${id} AND a."connectionId" = ${scope.connectionId} AND a."deletedAt" IS NULL`,
    ),
    id,
  );

/** Whoever was found by an id. @throws scim.notFound when nobody was */
export function known<T>(found: T | null | undefined, id: string): T {
  if (!found) throw scimError('scim.notFound', { values: { id: id.slice(0, 128) } });
  return found;
}

/** What of a person is shown, or tells in which version they are. */
export type StoredUser = Pick<
  User,
  'id' | 'connectionId' | 'userName' | 'externalId' | 'displayName' | 'profile' | 'createdAt' | 'updatedAt'
>;

/** Whether the directory says that a person is active; what anybody else says is not the directory's to see. */
export const isActive = async (on: Reader, userId: string): Promise<boolean> =>
  (await firstRow(on, sql`SELECT 1 FROM "user_causes" WHERE "userId" = ${userId} AND "cause" = 'directory'`)) === null;

/** A stored person in the terms of SCIM. */
export const asInput = (user: StoredUser, active: boolean): UserInput & { active: boolean } => ({
  userName: user.userName,
  externalId: user.externalId,
  displayName: user.displayName,
  active,
  profile: user.profile,
});

/** What a SCIM user says of a person, as the users' floor takes it. */
export function asPerson(input: UserInput): PersonInput {
  return {
    userName: input.userName,
    externalId: input.externalId,
    displayName: input.displayName,
    profile: { ...input.profile },
    emails: input.profile.emails ?? [],
    primary: primaryEmail(input)?.value ?? null,
  };
}

/**
 * The version of a person (RFC 7644 §3.14): another one after every change of what the directory says of them, `active`
 * included. Groups, and a manager's name, are other resources: their changes are not changes of this one.
 */
export const versionOf = (user: StoredUser, active: boolean): string => {
  const { userName, externalId, displayName, profile, createdAt, updatedAt } = user;
  const shown = JSON.stringify([active, userName, externalId, displayName, profile, createdAt, updatedAt]);
  return weakTag(hash('sha256', shown, 'base64url').slice(0, 22));
};

/** A person of whom it is known whether they are active, and where. */
export interface Known {
  user: StoredUser;
  active: boolean;
  groups: Reference[];
}

/** The SCIM resources of these people, with what was asked for of them. */
export async function presentPeople(
  on: Reader,
  people: readonly Known[],
  base: string,
  projection: Projection,
): Promise<Resource[]> {
  const managers = await managersOf(
    on,
    people.map(({ user }) => user),
    base,
    projection,
  );
  return people.map((person) => presentWith(person, managers, base, projection));
}

/** A person's groups, when they are asked for. */
export const groupsShown = async (
  on: Reader,
  userId: string,
  base: string,
  projection: Projection,
): Promise<Reference[]> =>
  wants('groups', projection) ? ((await groupsOf(on, [userId], base)).get(userId) ?? []) : [];

function presentWith(
  { user, active, groups }: Known,
  managers: ReadonlyMap<string, Manager>,
  base: string,
  projection: Projection,
): Resource {
  const input = asInput(user, active);
  const about: About = {
    id: user.id,
    createdAt: user.createdAt,
    lastModified: user.updatedAt,
    location: `${base}/Users/${user.id}`,
    version: versionOf(user, active),
  };
  const resource = presentUser(input, { ...about, groups, manager: managers.get(managerOf(input) ?? '') });
  return identified(project(resource, projection), about);
}

/** The managers of these people who are of the same connection themselves, by id. */
async function managersOf(
  on: Reader,
  users: readonly StoredUser[],
  base: string,
  projection: Projection,
): Promise<Map<string, Manager>> {
  const ids = new Set(users.map((user) => managerOf(user)).filter((id) => id !== undefined));
  if (ids.size === 0 || !wants(urn.enterprise, projection)) return new Map();
  const found = await rows<{ id: string; displayName: string | null }>(
    on,
    sql`SELECT "id", "displayName" FROM "users" WHERE "id" IN (${list([...ids])})
        AND "connectionId" = ${users[0]!.connectionId} AND "deletedAt" IS NULL`,
  );
  return new Map(
    found.map(({ id, displayName }) => [
      id,
      { $ref: `${base}/Users/${id}`, ...(displayName !== null && { displayName }) },
    ]),
  );
}

async function groupsOf(on: Reader, ids: readonly string[], base: string): Promise<Map<string, Reference[]>> {
  const found = await rows<{ memberId: string; id: string; displayName: string }>(
    on,
    sql`SELECT m."memberId", g."id", g."displayName" FROM "group_members" m
        JOIN "directory_groups" g ON g."id" = m."groupId"
        WHERE m."memberId" IN (${list(ids)}) AND m."memberType" = 'User' ORDER BY g."displayNameKey"`,
  );
  const all = new Map<string, Reference[]>();
  for (const { memberId, id, displayName } of found) {
    const reference = referenceTo(id, displayName, base);
    const references = all.get(memberId);
    if (references) references.push(reference);
    else all.set(memberId, [reference]);
  }
  return all;
}

/** A group as its members' `groups` name it. */
export const referenceTo = (id: string, displayName: string, base: string): Reference => ({
  value: id,
  display: displayName,
  type: 'direct',
  $ref: `${base}/Groups/${id}`,
});
