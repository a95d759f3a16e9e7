import { clock } from '../../platform/clock/clock.ts';
import { insertRow, insertRows } from '../../platform/database/insert.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { Ground } from '../../trail/ground.ts';
import { UserAddressTable } from '../address.entity.ts';
import { MembershipTable } from '../entitlement/membership.entity.ts';
import { touchGroupsOf } from '../entitlement/touch-groups.ts';
import { noTrial } from '../trial/trial.ts';
import { type User, UserTable } from '../user.entity.ts';
import { inheritSuspension, suspensionOf } from './suspension.ts';
import { announceChanged, type OutCause, putOut, putOutWithoutRight, type Scope } from './out.ts';
import { addressRows, keysOfNames, type PersonColumns, personColumns, type PersonInput } from './person.ts';
import { later } from '../../platform/database/run.ts';
import { assignments } from '../../platform/database/update.ts';
import { sql } from '../../platform/database/sql.ts';

/**
 * A person as a directory first names them, or an own account (`connectionId` null); an administrator's suspension of a deleted namesake goes on.
 * @throws what `personColumns` throws
 */
export async function createPerson(
  ground: Ground,
  m: Writer,
  scope: Scope,
  connectionId: string | null,
  input: PersonInput,
): Promise<User> {
  const names = { ...scope, ...keysOfNames(input), externalId: input.externalId };
  const suspended = suspensionOf(ground, m, names, null);
  suspended.catch(() => undefined); // asked together with what `personColumns` asks
  const user = newPerson(scope, connectionId, await personColumns(m, { ...scope, connectionId }, input, null));
  await insertRow(m, UserTable, user);
  await inheritSuspension(ground, m, user, await suspended);
  await writeAddresses(m, user, input);
  return user;
}

/** The row of somebody new. */
export function newPerson(scope: Scope, connectionId: string | null, columns: PersonColumns): User {
  const now = clock.now();
  return {
    id: newId(),
    organisationId: scope.organisationId,
    accountId: scope.accountId,
    connectionId,
    ...columns,
    licence: 'Basic',
    version: 1,
    epoch: 1,
    createdAt: now,
    updatedAt: now,
    searchKeyAt: now,
    joinedAt: null,
    lastActiveAt: null,
    outBecause: null,
    liveUntil: null,
    deletedAt: null,
    releasedAt: null,
    ...noTrial,
  };
}

/**
 * The same person with other attributes.
 * @param isOut whether their directory says no to them, by this change or before it
 * @throws what `personColumns` throws
 */
export async function updatePerson(
  ground: Ground,
  m: Writer,
  user: User,
  input: PersonInput,
  isOut = false,
): Promise<User> {
  const { accountId } = user;
  const names = { accountId, ...keysOfNames(input), externalId: input.externalId };
  const suspended = suspensionOf(ground, m, names, user);
  suspended.catch(() => undefined);
  const columns = await personColumns(m, user, input, user, isOut);
  const updatedAt = clock.now();
  const changes = assignments(UserTable, { ...columns, updatedAt, searchKeyAt: updatedAt });
  await later(m, sql`UPDATE "users" SET ${changes}, "version" = "version" + 1 WHERE "id" = ${user.id}`);
  await later(m, sql`DELETE FROM "user_addresses" WHERE "userId" = ${user.id}`);
  await writeAddresses(m, user, input);
  announceChanged(ground, [user.id]);
  const updated = { ...user, ...columns, updatedAt, searchKeyAt: updatedAt, version: user.version + 1 };
  await inheritSuspension(ground, m, updated, await suspended);
  // Of what they may be in by, a directory's words about a person change the domain alone.
  if (columns.primaryDomain !== user.primaryDomain)
    await putOutWithoutRight(ground, m, user, 'domain', sql`u."id" = ${user.id}`);
  return updated;
}

/** A person whose attributes stay as they are; the time of the last change tells when something else did. */
export async function touchPerson(m: Writer, user: User, otherChange: boolean): Promise<User> {
  if (!otherChange) return user;
  const updatedAt = clock.now();
  await later(m, sql`UPDATE "users" SET "updatedAt" = ${updatedAt} WHERE "id" = ${user.id}`);
  return { ...user, updatedAt };
}

/** Out at once; what they owned is kept under the dead id, then erased. A new push of the name is a new person. */
export async function deletePerson(ground: Ground, m: Writer, user: User, cause: OutCause = 'deleted'): Promise<void> {
  await m.update(UserTable, { id: user.id }, { deletedAt: clock.now(), updatedAt: clock.now() });
  await touchGroupsOf(m, [user.id]);
  await m.delete(MembershipTable, { memberId: user.id });
  await putOut(ground, m, user, [user.id], cause);
}

async function writeAddresses(m: Writer, user: User, input: PersonInput): Promise<void> {
  const all = addressRows(user.id, user.accountId, input);
  // Most have one: to PostgreSQL a row costs half of a table with one row.
  if (all.length === 1) await insertRow(m, UserAddressTable, all[0]!);
  else await insertRows(m, UserAddressTable, all);
}
