import { AccountTable } from '../../accounts/accounts/account.entity.ts';
import { requireAccount } from '../../accounts/accounts/accounts.ts';
import { DirectoryTable } from '../../directory/ldap/directory.entity.ts';
import { requireDirectory } from '../../directory/ldap/directories.ts';
import { clock } from '../../platform/clock/clock.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Scope } from '../../users/lifecycle/out.ts';

/**
 * Whether a sign-in with a directory's password needs a second factor of Carillon's (UpdateDirectorySecondFactor). It
 * counts from the next sign-in on: whoever is in stays in.
 * @throws directory.notFound
 */
export function requireFactorAtDirectory(
  ground: Ground,
  scope: Scope,
  directoryId: string,
  required: boolean,
): Promise<void> {
  const { organisationId, accountId } = scope;
  const requestParameters = { accountId, directoryId: directoryId.slice(0, 64), required };
  const action = { eventName: 'UpdateDirectorySecondFactor', organisationId, accountId, requestParameters };
  return ground.trail.perform(action, async (m) => {
    const { id, secondFactorSince } = await requireDirectory(m, scope, directoryId);
    await m.update(DirectoryTable, { id }, { secondFactorSince: since(required, secondFactorSince) });
    return { result: undefined };
  });
}

/**
 * The same for an account's people who sign in with a password that Carillon keeps (UpdateAccountSecondFactor).
 * @throws account.notFound
 */
export function requireFactorInAccount(ground: Ground, scope: Scope, required: boolean): Promise<void> {
  const { organisationId, accountId } = scope;
  const requestParameters = { accountId, required };
  const action = { eventName: 'UpdateAccountSecondFactor', organisationId, accountId, requestParameters };
  return ground.trail.perform(action, async (m) => {
    const { secondFactorSince } = await requireAccount(m, organisationId, accountId);
    await m.update(AccountTable, { id: accountId }, { secondFactorSince: since(required, secondFactorSince) });
    return { result: undefined };
  });
}

const since = (required: boolean, before: number | null): number | null => (required ? (before ?? clock.now()) : null);
