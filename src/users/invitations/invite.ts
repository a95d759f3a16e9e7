import type { Account } from '../../accounts/accounts/account.entity.ts';
import { requireAccount } from '../../accounts/accounts/accounts.ts';
import { verifiedDomainOf } from '../../accounts/domains/domains.ts';
import { clock } from '../../platform/clock/clock.ts';
import { insertRow } from '../../platform/database/insert.ts';
import { firstRow, rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { hashToken, newId, newToken } from '../../platform/ids/ids.ts';
import { mailboxOf } from '../../platform/mail/address.ts';
import { forgetMails } from '../../platform/mail/post.ts';
import { personal } from '../../trail/people/personal.ts';
import type { Ground } from '../../trail/ground.ts';
import { userErrors } from '../errors.ts';
import type { Scope } from '../lifecycle/out.ts';
import { isBarred } from '../lifecycle/register.ts';
import type { Typed } from './addresses.ts';
import { type Invitation, InvitationTable } from './invitation.entity.ts';
import { openAt, requireInvitation, statusOf } from './invitations.ts';
import { invitationLink, postInvitation } from './letter.ts';
import { takeMail } from './rate.ts';

const goodForMs = 14 * 86_400_000;
/** One mailbox is not to be flooded: so soon again, and so often, nothing is sent to it. */
const againAfterMs = 60_000;
const mostSent = 10;
/** However many organisations invite it. */
const mostSentByAll = 30;

/** Who invites, and how the link gets to the person. */
export interface Inviting {
  /** A principal's id. */
  by: string;
  /** The link is handed over by whoever runs the server: it is given back, and no mail is sent. */
  byHand?: boolean;
}

/** An invitation, and its link where it is handed over. */
export interface Sent {
  invitation: Invitation;
  link: string | null;
}

/** What became of one address. */
export type Invited = { address: string } & (
  | (Sent & { error: null })
  | { invitation: null; link: null; error: CarillonError }
);

/**
 * Invites people into a team account (the guide, "Invite and Remove Users"): each address is answered for by itself. One
 * that was invited and has not answered is sent the invitation again, with a new link that is good from now on.
 * @throws account.notFound, account.reserved, invitation.notTeam; what concerns one address stands in its answer
 */
export async function invitePeople(
  ground: Ground,
  scope: Scope,
  typed: readonly Typed[],
  inviting: Inviting,
): Promise<Invited[]> {
  const { organisationId, accountId } = scope;
  const emails = typed.map(({ address }) => personal(address.slice(0, 320)));
  const requestParameters = { accountId, userEmailList: emails };
  return ground.trail.perform({ eventName: 'InviteUsers', organisationId, accountId, requestParameters }, async (m) => {
    const account = await requireTeam(m, scope);
    const result: Invited[] = [];
    for (const one of typed) result.push(await answered(one, () => inviteOne(ground, m, account, one, inviting)));
    const invites = result.map(({ invitation, error }) =>
      invitation ? { inviteId: invitation.id, status: statusOf(invitation) } : { status: 'Failed', reason: error.code },
    );
    return { result, responseElements: { invites } };
  });
}

/**
 * Sends an invitation again, with a new link: the one before is good no longer.
 * @throws invitation.notFound, invitation.answered, invitation.notTeam, and what is said of one address
 */
export async function resendInvitation(ground: Ground, scope: Scope, id: string, inviting: Inviting): Promise<Sent> {
  const { organisationId, accountId } = scope;
  const action = {
    eventName: inviting.byHand ? 'CreateInvitationLink' : 'ResendInvitation',
    organisationId,
    accountId,
    requestParameters: { accountId, inviteId: id.slice(0, 64) },
  };
  return ground.trail.perform(action, async (m) => {
    const account = await requireTeam(m, scope);
    const invitation = await requireInvitation(m, scope, id);
    if (invitation.acceptedAt !== null || invitation.revokedAt !== null) throw userErrors('invitation.answered');
    await requireInvitable(ground, m, account, invitation.address, invitation.addressKey);
    return { result: await send(ground, m, account, invitation, inviting) };
  });
}

/**
 * Takes an invitation back: its link is good no longer, and a mail that waits is not sent.
 * @returns whether it was open @throws invitation.notFound
 */
export async function revokeInvitation(ground: Ground, scope: Scope, id: string): Promise<boolean> {
  const { organisationId, accountId } = scope;
  const requestParameters = { accountId, inviteId: id.slice(0, 64) };
  const action = { eventName: 'RevokeInvitation', organisationId, accountId, requestParameters };
  return ground.trail.perform(action, async (m) => {
    const { acceptedAt, revokedAt } = await requireInvitation(m, scope, id);
    if (acceptedAt !== null || revokedAt !== null) return { result: false };
    await m.update(InvitationTable, { id, accountId }, { revokedAt: clock.now() });
    await forgetMails(m, [id]);
    return { result: true };
  });
}

/** @throws account.notFound, account.reserved, invitation.notTeam */
async function requireTeam(m: Writer, { organisationId, accountId }: Scope): Promise<Account> {
  const account = await requireAccount(m, organisationId, accountId);
  if (account.type !== 'Team') throw userErrors('invitation.notTeam');
  return account;
}

async function answered({ address }: Typed, invite: () => Promise<Sent>): Promise<Invited> {
  try {
    return { address, ...(await invite()), error: null };
  } catch (error) {
    // Everything of the kind is thrown before anything is written for this address.
    if (!(error instanceof CarillonError)) throw error;
    return { address, invitation: null, link: null, error };
  }
}

async function inviteOne(
  ground: Ground,
  m: Writer,
  account: Account,
  { address, addressKey }: Typed,
  inviting: Inviting,
): Promise<Sent> {
  if (addressKey === null || mailboxOf(address) === null) {
    throw userErrors('user.addressInvalid', { field: 'addresses', values: { value: address.slice(0, 320) } });
  }
  await requireInvitable(ground, m, account, address, addressKey);
  const present = await openAt(m, account.id, addressKey);
  return send(ground, m, account, present ?? newInvitation(account, address, addressKey), inviting);
}

const newInvitation = (account: Account, address: string, addressKey: string): Invitation => ({
  id: newId(),
  organisationId: account.organisationId,
  accountId: account.id,
  address,
  addressKey,
  tokenHash: '',
  invitedBy: '',
  createdAt: clock.now(),
  expiresAt: 0,
  sentAt: 0,
  sentCount: 0,
  emailStatus: 'NotSent',
  acceptedAt: null,
  acceptedBy: null,
  revokedAt: null,
});

/**
 * Whether an address may come into this account by an invitation, asked when it is sent and when it is accepted.
 * @throws invitation.domainClaimed, invitation.member, user.addressBarred
 */
export async function requireInvitable(
  ground: Ground,
  m: Writer,
  { id: accountId, organisationId }: Pick<Account, 'id' | 'organisationId'>,
  address: string,
  addressKey: string,
): Promise<void> {
  const field = 'addresses';
  const claim = await verifiedDomainOf(m, address);
  if (claim && claim.accountId !== accountId) {
    throw userErrors('invitation.domainClaimed', { field, values: { value: address, domain: claim.name } });
  }
  const member = await firstRow(
    m,
    sql`SELECT 1 FROM "users" WHERE "accountId" = ${accountId} AND "primaryAddressKey" = ${addressKey}
        AND "deletedAt" IS NULL AND "releasedAt" IS NULL`,
  );
  if (member) throw userErrors('invitation.member', { field, values: { value: address } });
  if (await isBarred(ground, m, { organisationId, accountId }, address)) {
    throw userErrors('user.addressBarred', { field, values: { value: address } });
  }
}

/** Makes a new link for an invitation, new or not, and sends it. @throws invitation.sentJustNow, .sentTooOften, .rateReached; mail.tooMany */
async function send(
  ground: Ground,
  m: Writer,
  account: Account,
  before: Invitation,
  { by, byHand = false }: Inviting,
): Promise<Sent> {
  const now = clock.now();
  if (!byHand) {
    const values = { value: before.address };
    // Whatever its rows: revoking and inviting anew counts on.
    const sent = await sentLately(m, before, now - goodForMs);
    const wait = Math.max(before.sentAt, sent.last) + againAfterMs - now;
    if (wait > 0) throw userErrors('invitation.sentJustNow', { values, retryAfter: Math.ceil(wait / 1000) });
    if (sent.here >= mostSent || sent.byAll >= mostSentByAll) throw userErrors('invitation.sentTooOften', { values });
    await takeMail(m, account.organisationId, ground.config.invitationsPerDay);
  }
  const token = newToken();
  const invitation: Invitation = {
    ...before,
    tokenHash: hashToken(token),
    invitedBy: by,
    expiresAt: now + goodForMs,
    ...(!byHand && { sentAt: now, sentCount: before.sentCount + 1 }),
    emailStatus: 'NotSent',
  };
  await forgetMails(m, [invitation.id]); // its link is good no longer
  if (!byHand) await postInvitation(ground, m, account.name, invitation, token);
  if (before.tokenHash === '') await insertRow(m, InvitationTable, invitation);
  else {
    const { id, tokenHash, invitedBy, expiresAt, sentAt, sentCount } = invitation;
    await rows(
      m,
      sql`UPDATE "invitations" SET "tokenHash" = ${tokenHash}, "invitedBy" = ${invitedBy}, "expiresAt" = ${expiresAt},
            "sentAt" = ${sentAt}, "sentCount" = ${sentCount}, "emailStatus" = 'NotSent'
          WHERE "id" = ${id} AND "accountId" = ${account.id}`,
    );
  }
  return { invitation, link: byHand ? invitationLink(ground.config.publicUrl, token) : null };
}

/** How many mails one mailbox was sent since then by this organisation, when the last from this account, and how many by all. */
async function sentLately(
  m: Writer,
  { organisationId, accountId, addressKey }: Invitation,
  since: number,
): Promise<{ here: number; last: number; byAll: number }> {
  const found = await rows<{ organisationId: string; count: number | string; last: number | string }>(
    m,
    sql`SELECT "organisationId", SUM("sentCount") AS "count",
          MAX(CASE WHEN "accountId" = ${accountId} AND "acceptedAt" IS NULL THEN "sentAt" ELSE 0 END) AS "last" FROM "invitations"
        WHERE "addressKey" = ${addressKey} AND "sentAt" > ${since} GROUP BY "organisationId"`,
  );
  const here = found.find((each) => each.organisationId === organisationId);
  const byAll = found.reduce((sum, { count }) => sum + Number(count), 0);
  return { here: Number(here?.count ?? 0), last: Number(here?.last ?? 0), byAll };
}
