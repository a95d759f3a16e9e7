import type { z } from 'zod';
import { entitlement, entitlements } from '../../users/entitlement/entitlement.ts';
import { typedOf } from '../../users/invitations/addresses.ts';
import { invitedAt } from '../../users/invitations/invitations.ts';
import { invitePeople } from '../../users/invitations/invite.ts';
import { requireUser, signOutUser } from '../../users/lifecycle/administer.ts';
import { assignLicence } from '../../users/lifecycle/licence.ts';
import type { Scope } from '../../users/lifecycle/out.ts';
import { listUsers as pageOfUsers } from '../../users/list.ts';
import type { Call, Reply } from '../operation.ts';
import { afterOf, nextToken } from '../wire/paging.ts';
import { presentUser } from './present.ts';
import { presentInvite } from './present-invite.ts';
import { scopeOf } from './scope.ts';
import { type inviteUsersBody, type listUsersQuery, type updateUserBody, userCursor } from './schema.ts';

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
  const ids = users.map(({ id }) => id);
  const rights = await entitlements(on, ids);
  const invited = await invitedAt(on, accountId, ids);
  const last = users.at(-1);
  return {
    status: 200,
    body: {
      Users: users.map((user) =>
        presentUser(accountId, user, rights.get(user.id)?.because ?? [], invited.get(user.id) ?? null),
      ),
      ...(more && last && { NextToken: nextToken(call, last.id) }),
    },
  };
}

/** One person. @throws account.notFound, user.notFound */
export async function getUser(call: Call): Promise<Reply> {
  return { status: 200, body: { User: await present(call, await scopeOf(call)) } };
}

async function present({ ground, path }: Call, scope: Scope): Promise<object> {
  const on = ground.db.read;
  const user = await requireUser(on, scope, path['userId'] ?? '');
  const { because } = await entitlement(on, user.id);
  const invited = await invitedAt(on, scope.accountId, [user.id]);
  return presentUser(scope.accountId, user, because, invited.get(user.id) ?? null);
}

/**
 * Invites people into a team account; each address is answered for by itself.
 * @throws account.notFound, invitation.notTeam
 */
export async function inviteUsers(call: Call<unknown, z.output<typeof inviteUsersBody>>): Promise<Reply> {
  const scope = await scopeOf(call);
  const typed = typedOf(call.body.UserEmailList);
  const invites = await invitePeople(call.ground, scope, typed, { by: call.caller.administratorId });
  return { status: 201, body: { Invites: invites.map(presentInvite) } };
}

/** Gives a person a permission tier, where no directory does. @throws account.notFound, user.notFound, user.tierByGroup */
export async function updateUser(call: Call<unknown, z.output<typeof updateUserBody>>): Promise<Reply> {
  const scope = await scopeOf(call);
  await assignLicence(call.ground, scope, call.path['userId'] ?? '', call.body.LicenseType);
  return { status: 200, body: { User: await present(call, scope) } };
}

/** Signs a person out of every device at once; they may sign in again. @throws account.notFound, user.notFound */
export async function logoutUser(call: Call): Promise<Reply> {
  await signOutUser(call.ground, await scopeOf(call), call.path['userId'] ?? '');
  return { status: 204 };
}
