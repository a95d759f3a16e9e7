import type { z } from 'zod';
import { requireAccount } from '../../accounts/accounts/accounts.ts';
import { entitlement, entitlements } from '../../users/entitlement/entitlement.ts';
import { requireUser, signOutUser } from '../../users/lifecycle/administer.ts';
import type { Scope } from '../../users/lifecycle/out.ts';
import { listUsers as pageOfUsers } from '../../users/list.ts';
import type { Call, Reply } from '../operation.ts';
import { afterOf, nextToken } from '../wire/paging.ts';
import { presentUser } from './present.ts';
import { type listUsersQuery, userCursor } from './schema.ts';

/** The account of the path, if it is of the caller's organisation. @throws account.notFound */
async function scopeOf({ ground, caller, path }: Call): Promise<Scope> {
  const { organisationId } = caller;
  const { id } = await requireAccount(ground.db.read, organisationId, path['accountId'] ?? '');
  return { organisationId, accountId: id };
}

/** The people of an account, by address. @throws account.notFound */
export async function listUsers(call: Call<z.output<typeof listUsersQuery>>): Promise<Reply> {
  const { ground, query } = call;
  const { accountId } = await scopeOf(call);
  const after = afterOf(call, userCursor);
  // Everybody here is a person: devices that share a sign-in do not exist.
  if (query['user-type'] === 'SharedDevice') return { status: 200, body: { Users: [] } };
  const on = ground.db.read;
  const { users, more } = await pageOfUsers(on, {
    accountId,
    search: '',
    addressKey: query['user-email'],
    after,
    limit: query['max-results'],
  });
  const rights = await entitlements(
    on,
    users.map(({ id }) => id),
  );
  const last = users.at(-1);
  return {
    status: 200,
    body: {
      Users: users.map((user) => presentUser(accountId, user, rights.get(user.id)?.because ?? [])),
      ...(more && last && { NextToken: nextToken(call, last.id) }),
    },
  };
}

/** One person. @throws account.notFound, user.notFound */
export async function getUser(call: Call): Promise<Reply> {
  const scope = await scopeOf(call);
  const on = call.ground.db.read;
  const user = await requireUser(on, scope, call.path['userId'] ?? '');
  const { because } = await entitlement(on, user.id);
  return { status: 200, body: { User: presentUser(scope.accountId, user, because) } };
}

/** Signs a person out of every device at once; they may sign in again. @throws account.notFound, user.notFound */
export async function logoutUser(call: Call): Promise<Reply> {
  await signOutUser(call.ground, await scopeOf(call), call.path['userId'] ?? '');
  return { status: 204 };
}
