import type { Ground } from '../../trail/ground.ts';
import { userErrors } from '../errors.ts';
import { lift, suspend } from './suspension.ts';
import { putOut, type Scope } from './out.ts';
import { deletePerson } from './people.ts';
import { anyAccount, requireAccount } from '../../accounts/accounts/accounts.ts';
import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { verifiedDomainOf } from '../../accounts/domains/domains.ts';
import { selectRow } from '../../platform/database/select.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { hasOwnAccount } from '../own.ts';
import { type User, UserTable } from '../user.entity.ts';
import { UserCauseTable } from './cause.entity.ts';
import { mayMove, movePeople } from './move.ts';
import type { Upstairs } from './upstairs.ts';

/**
 * An administrator suspends a person: out at once, and no directory can lift it. The people of a team account are removed
 * instead (the guide, "Managing user access").
 * @throws user.notFound, user.notSuspendable
 */
export const suspendUser = (ground: Ground, scope: Scope, userId: string, by: string): Promise<boolean> =>
  act(ground, 'SuspendUsers', scope, userId, async (m, user) => {
    await requireSuspending(m, scope);
    return suspend(ground, m, user, by);
  });

/**
 * An administrator lifts their suspension; what the directory says of the person still counts.
 * @throws user.notFound, account.reserved
 */
export const activateUser = (ground: Ground, scope: Scope, userId: string): Promise<boolean> =>
  act(ground, 'ActivateUsers', scope, userId, async (m, user) => {
    await requireAccount(m, scope.organisationId, scope.accountId);
    return lift(ground, m, user);
  });

/** Signs a person out of all their devices (the guide: LogoutUser); they may sign in again. @throws user.notFound */
export const signOutUser = (ground: Ground, scope: Scope, userId: string): Promise<boolean> =>
  act(ground, 'LogoutUser', scope, userId, async (m, user) => {
    await putOut(ground, m, user, [user.id], 'signOut');
    return true;
  });

/**
 * Removes a person from an account where no directory says who belongs (the guide, "To remove users from a team
 * account"): out at once, everywhere. Whoever has an own account in good standing keeps it, is in no account from then on,
 * and can be invited again; whoever was released, or is suspended, is deleted.
 * @returns whether they are in no account now; else they were deleted
 * @throws user.notFound, user.notRemovable, account.reserved
 */
export const removeUser = (ground: Ground, upstairs: Upstairs, scope: Scope, userId: string): Promise<boolean> =>
  act(ground, 'RemoveUser', scope, userId, (m, user) => removePerson(ground, upstairs, m, scope, user));

/**
 * The same of one person, in the unit of whoever removes them.
 * @throws user.notRemovable, account.reserved, before anything is written
 */
export async function removePerson(
  ground: Ground,
  upstairs: Upstairs,
  m: Writer,
  scope: Scope,
  user: User,
): Promise<boolean> {
  if (!(await isRemovable(m, scope, user))) throw userErrors('user.notRemovable');
  if (!(await keepsAccount(m, user))) {
    await deletePerson(ground, m, user, 'removed');
    return false;
  }
  const from = await requireAccount(m, scope.organisationId, scope.accountId);
  const to = await anyAccount(m, nobodys.organisationId, nobodys.accountId);
  await ground.db.alone(to.id);
  if ((await mayMove(m, to.id, [user])).length === 0) {
    await deletePerson(ground, m, user, 'removed'); // somebody has that address there already
    return false;
  }
  await putOut(ground, m, user, [user.id], 'removed');
  await movePeople(ground, upstairs, m, [user], { from, to, trial: 'leave' });
  return true;
}

/** Whether a person goes on on their own when they are removed. */
export async function keepsAccount(on: Reader, user: User): Promise<boolean> {
  if (user.releasedAt !== null || (await on.existsBy(UserCauseTable, { userId: user.id }))) return false;
  return hasOwnAccount(on, user);
}

/**
 * Whether an administrator may remove this person: of a team account everybody; of an enterprise account who was released,
 * and, without a directory, who has no address in its domains, as those who were there before it had any.
 * @throws account.notFound, account.reserved
 */
export async function isRemovable(on: Reader, scope: Scope, user: User): Promise<boolean> {
  if (user.releasedAt !== null) return true;
  const { type } = await requireAccount(on, scope.organisationId, scope.accountId);
  if (type !== 'EnterpriseLWA') return type === 'Team';
  return (await verifiedDomainOf(on, user.primaryAddress))?.accountId !== scope.accountId;
}

/** To be asked before anybody is asked whether they are sure. @throws account.notFound, user.notSuspendable */
export async function requireSuspending(on: Reader, scope: Scope): Promise<void> {
  if (await isOfTeam(on, scope)) throw userErrors('user.notSuspendable');
}

/** Whether people belong to this account by nobody's word but an administrator's. @throws account.notFound */
export async function isOfTeam(on: Reader, { organisationId, accountId }: Scope): Promise<boolean> {
  return (await requireAccount(on, organisationId, accountId)).type === 'Team';
}

/** A person of this account who was not deleted. @throws user.notFound, also for another account's */
export async function requireUser(on: Reader, scope: Scope, userId: string): Promise<User> {
  const { organisationId, accountId } = scope;
  const user = await selectRow(
    on,
    UserTable,
    sql`a."id" = ${userId} AND a."organisationId" = ${organisationId} AND a."accountId" = ${accountId}`,
  );
  if (!user || user.deletedAt !== null) throw userErrors('user.notFound');
  return user;
}

function act(
  ground: Ground,
  eventName: string,
  scope: Scope,
  userId: string,
  verb: (m: Writer, user: User) => Promise<boolean>,
): Promise<boolean> {
  const { organisationId, accountId } = scope;
  const action = { eventName, organisationId, accountId, requestParameters: { accountId, userId } };
  return ground.trail.perform(action, async (m) => {
    const user = await requireUser(m, scope, userId);
    return { result: await verb(m, user) };
  });
}
