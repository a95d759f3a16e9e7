import { later, rows } from '../../platform/database/run.ts';
import { lockRow } from '../../platform/database/select.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import type { Ground } from '../../trail/ground.ts';
import { hasOwnAccount } from '../own.ts';
import { type User, UserTable } from '../user.entity.ts';
import type { Scope } from './out.ts';
import { createPerson, updatePerson } from './people.ts';
import { keysOfNames, type PersonInput } from './person.ts';

/** After the commit: a directory keeps somebody now who had an own account, and who signs in by it no more. */
export const userAdoptedTopic = 'user.adopted';
/** The same of several at once (`userIds`). */
export const usersAdoptedTopic = 'users.adopted';

/** Leaves the word that a directory keeps these people now, in the unit from which on it does. */
export async function tellAdopted(
  ground: Ground,
  m: Writer,
  { organisationId, accountId }: Scope,
  userIds: readonly string[],
): Promise<void> {
  await ground.outbox.publish(m, usersAdoptedTopic, accountId, { organisationId, accountId, userIds });
}

/** Who a directory's person became, and who they were when the account had them already. */
export interface Named {
  user: User;
  former: User | null;
}

/**
 * A person as a directory first names them: somebody new, or whoever has that name in the account already and whom no
 * connection keeps. The name is in a domain that this account has verified, so they are that person; they keep their id,
 * their devices, and every no that an administrator has said.
 * @throws what `createPerson` throws; user.userNameTaken, user.addressTaken for the name of somebody whom a connection keeps
 */
export async function namePerson(
  ground: Ground,
  m: Writer,
  scope: Scope,
  connectionId: string,
  input: PersonInput,
): Promise<Named> {
  try {
    return { user: await createPerson(ground, m, scope, connectionId, input), former: null };
  } catch (error) {
    // The domains were asked before the names, and nothing was written yet.
    const isTaken = error instanceof CarillonError && takenCodes.has(error.code);
    const former = isTaken ? await adoptable(m, scope, input) : null;
    if (!former) throw error;
    return { user: await adopt(ground, m, former, connectionId, input), former };
  }
}

const takenCodes: ReadonlySet<string> = new Set(['user.userNameTaken', 'user.addressTaken']);

/** The one who has these names, locked; null when they are several people's, or a connection keeps them. */
async function adoptable(m: Writer, { accountId }: Scope, input: PersonInput): Promise<User | null> {
  const { userNameKey, primaryAddressKey } = keysOfNames(input);
  const living = sql`"accountId" = ${accountId} AND "deletedAt" IS NULL AND "releasedAt" IS NULL`;
  const found = await rows<{ id: string }>(
    m,
    sql`SELECT "id" FROM "users" WHERE ${living} AND "userNameKey" = ${userNameKey}
        UNION SELECT "id" FROM "users" WHERE ${living} AND "primaryAddressKey" = ${primaryAddressKey}`,
  );
  if (found.length !== 1) return null;
  const user = await lockRow(m, UserTable, sql`a."id" = ${found[0]!.id} AND a."accountId" = ${accountId}`);
  // Asked after the lock: another request may have been first.
  const isFree = user?.deletedAt === null && user.releasedAt === null && (await hasOwnAccount(m, user));
  return isFree ? user : null;
}

async function adopt(ground: Ground, m: Writer, former: User, connectionId: string, input: PersonInput): Promise<User> {
  const { id, organisationId, accountId } = former;
  await later(m, sql`UPDATE "users" SET "connectionId" = ${connectionId}, "externalId" = NULL WHERE "id" = ${id}`);
  const user = await updatePerson(ground, m, { ...former, connectionId, externalId: null }, input);
  await ground.outbox.publish(m, userAdoptedTopic, id, { organisationId, accountId, userId: id });
  return user;
}
