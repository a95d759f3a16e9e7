import type { Account } from '../../accounts/accounts/account.entity.ts';
import { anyAccount } from '../../accounts/accounts/accounts.ts';
import { isNobodys, nobodys } from '../../accounts/accounts/nobodys.ts';
import { domainOf } from '../../accounts/domains/name.ts';
import { clock } from '../../platform/clock/clock.ts';
import { lockRows } from '../../platform/database/lock.ts';
import { changed, firstRow, rows } from '../../platform/database/run.ts';
import { selectRow } from '../../platform/database/select.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { hashToken } from '../../platform/ids/ids.ts';
import { forgetMails } from '../../platform/mail/post.ts';
import type { Ground } from '../../trail/ground.ts';
import { userErrors } from '../errors.ts';
import { requireUser } from '../lifecycle/administer.ts';
import { UserCauseTable } from '../lifecycle/cause.entity.ts';
import { mayMove, movePeople } from '../lifecycle/move.ts';
import type { Scope } from '../lifecycle/out.ts';
import { registerPerson } from '../lifecycle/register.ts';
import type { Upstairs } from '../lifecycle/upstairs.ts';
import type { User } from '../user.entity.ts';
import { hasOwnAccount } from '../own.ts';
import { type Invitation, InvitationTable } from './invitation.entity.ts';
import { stateOf } from './invitations.ts';
import { requireInvitable } from './invite.ts';

/** An invitation that can be accepted, and into which account. */
export interface Offer {
  invitation: Invitation;
  account: Account;
}

/** The link of a mail by its token, or by the hash of it. */
type Link = { token: string } | { tokenHash: string };

/**
 * What the link in a mail offers; whoever has its token has read the mail to that address, which proves the address. The
 * token's hash names the invitation, and proves nothing.
 * @throws invitation.over for whatever cannot be accepted: unknown, used, revoked, expired, or its account invites no more
 */
export const offerOf = async (on: Reader, by: Link): Promise<Offer> => opened(on, await invitationOf(on, by));

/** Who has accepted by this link; null when nobody has. */
export const acceptedWith = async (on: Reader, by: Link): Promise<string | null> =>
  (await invitationOf(on, by))?.acceptedBy ?? null;

const invitationOf = (on: Reader, by: Link): Promise<Invitation | null> =>
  selectRow(on, InvitationTable, sql`a."tokenHash" = ${'token' in by ? hashToken(by.token) : by.tokenHash}`);

/**
 * The same to somebody who is signed in, by its id: one of `offersTo`.
 * @throws invitation.over, also for one of another address
 */
export async function offerTo(on: Reader, addressKey: string, invitationId: string): Promise<Offer> {
  const offer = await find(on, { invitationId });
  if (offer.invitation.addressKey !== addressKey) throw userErrors('invitation.over');
  return offer;
}

/** What is offered to somebody who is signed in: every open invitation of their address, the newest first. */
export async function offersTo(on: Reader, addressKey: string): Promise<{ id: string; account: string }[]> {
  return rows(
    on,
    sql`SELECT i."id", a."name" AS "account" FROM "invitations" i JOIN "accounts" a ON a."id" = i."accountId"
        WHERE i."addressKey" = ${addressKey} AND i."acceptedAt" IS NULL AND i."revokedAt" IS NULL
          AND i."expiresAt" > ${clock.now()} AND a."type" = 'Team' AND a."deletedAt" IS NULL
        ORDER BY i."createdAt" DESC, i."id" LIMIT 20`,
  );
}

/**
 * Registers somebody by the link in their mail, in the unit of the registration, which has the invitation's account to
 * itself: they are of that account from the first moment, with its default licence.
 * @throws invitation.over, invitation.haveAccount, invitation.domainClaimed, user.addressBarred
 */
export async function registerInvited(
  ground: Ground,
  m: Writer,
  token: string,
  { displayName = null }: { displayName?: string | null } = {},
): Promise<{ user: User; invitation: Invitation }> {
  const { invitation, account } = await offerOf(m, { token });
  const { organisationId, id: accountId } = account;
  if (await ownAccountAt(m, invitation.address, invitation.addressKey)) throw userErrors('invitation.haveAccount');
  await requireInvitable(ground, m, account, invitation.address, invitation.addressKey);
  const user = await registerPerson(
    ground,
    m,
    { organisationId, accountId },
    { address: invitation.address, displayName },
  );
  await markAccepted(m, invitation, user.id);
  return { user, invitation };
}

/** Who accepts, and by what: the link, or one of `offersTo`. */
export interface Accepting {
  userId: string;
  scope: Scope;
  by: Link | { invitationId: string };
  /** They have said that they leave the team that they are in. */
  leave?: boolean;
}

/**
 * Somebody who is signed in accepts: they keep their account, and are of that team from then on, with its default licence;
 * a trial ends. They stay signed in.
 * @throws invitation.over, .otherAddress, .managed, .leaveFirst, .domainClaimed; user.addressBarred, user.notFound
 */
export async function acceptInvitation(ground: Ground, upstairs: Upstairs, accepting: Accepting): Promise<Account> {
  const { userId, scope, by, leave = false } = accepting;
  const offer = await find(ground.db.read, by).catch((error: unknown) => {
    if (error instanceof CarillonError) ground.trail.refused({ eventName: 'AcceptInvitation', ...scope }, error);
    throw error;
  });
  const { organisationId, id: accountId } = offer.account;
  const requestParameters = { accountId, inviteId: offer.invitation.id };
  return ground.trail.perform(
    { eventName: 'AcceptInvitation', organisationId, accountId, requestParameters },
    async (m) => {
      const { invitation, account } = await find(m, by);
      await ground.db.alone(scope.accountId);
      await lockRows(m, 'users', [userId]);
      const user = await requireUser(m, scope, userId);
      // A no that was said meanwhile is left behind by nobody who moves.
      const isBarredHere = user.releasedAt !== null || (await m.findOneBy(UserCauseTable, { userId })) !== null;
      if (isBarredHere) throw userErrors('invitation.over');
      if (user.primaryAddressKey !== invitation.addressKey) throw userErrors('invitation.otherAddress');
      if (user.accountId === account.id) {
        await markAccepted(m, invitation, userId);
        return { result: account, about: userId };
      }
      const from = await anyAccount(m, user.organisationId, user.accountId);
      if (from.type !== 'Team' || !(await hasOwnAccount(m, user))) {
        throw userErrors('invitation.managed');
      }
      if (!isNobodys({ accountId: from.id }) && !leave) {
        throw userErrors('invitation.leaveFirst', { values: { account: from.name } });
      }
      await requireInvitable(ground, m, account, invitation.address, invitation.addressKey);
      const [free] = await mayMove(m, account.id, [user]);
      if (!free) throw userErrors('invitation.member', { values: { value: invitation.address } });
      await movePeople(ground, upstairs, m, [user], { from, to: account, trial: 'enter' });
      await markAccepted(m, invitation, userId);
      return { result: account, responseElements: { userId, formerAccountId: from.id }, about: userId };
    },
  );
}

async function find(on: Reader, by: Accepting['by']): Promise<Offer> {
  if (!('invitationId' in by)) return offerOf(on, by);
  return opened(on, await selectRow(on, InvitationTable, sql`a."id" = ${by.invitationId}`));
}

async function opened(on: Reader, invitation: Invitation | null): Promise<Offer> {
  if (!invitation || stateOf(invitation) !== 'open') throw userErrors('invitation.over');
  const { organisationId, accountId } = invitation;
  const account = await anyAccount(on, organisationId, accountId).catch(() => null);
  if (account?.type !== 'Team') throw userErrors('invitation.over');
  return { invitation, account };
}

async function markAccepted(m: Writer, { id, accountId }: Invitation, userId: string): Promise<void> {
  const [accepted] = await changed(
    m,
    sql`UPDATE "invitations" SET "acceptedAt" = ${clock.now()}, "acceptedBy" = ${userId}
        WHERE "id" = ${id} AND "accountId" = ${accountId} AND "acceptedAt" IS NULL AND "revokedAt" IS NULL
        RETURNING "id"`,
  );
  if (!accepted) throw userErrors('invitation.over'); // another was first
  await forgetMails(m, [id]);
}

/** Whether somebody has an own account with this address, in an account or in none. */
async function ownAccountAt(on: Reader, address: string, addressKey: string): Promise<boolean> {
  const found = await firstRow(
    on,
    sql`SELECT 1 FROM "users" u JOIN "accounts" a ON a."id" = u."accountId"
        WHERE u."primaryDomain" = ${domainOf(address)} AND u."primaryAddressKey" = ${addressKey}
          AND u."connectionId" IS NULL AND u."deletedAt" IS NULL AND u."releasedAt" IS NULL AND a."deletedAt" IS NULL
          AND (a."id" = ${nobodys.accountId} OR a."type" = 'Team')`,
  );
  return found !== null;
}
