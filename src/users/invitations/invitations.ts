import { clock } from '../../platform/clock/clock.ts';
import { changed, rows } from '../../platform/database/run.ts';
import { selectRow, selectRows } from '../../platform/database/select.ts';
import { isOneOf, join, list, sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { forgetMails } from '../../platform/mail/post.ts';
import { userErrors } from '../errors.ts';
import type { Scope } from '../lifecycle/out.ts';
import { type Invitation, InvitationTable } from './invitation.entity.ts';

/** The administration API's InviteStatus. */
export type InvitationStatus = 'Pending' | 'Accepted' | 'Failed';

/** How an invitation stands: by what is stored, and by the clock. */
export type InvitationState = 'open' | 'expired' | 'revoked' | 'accepted';

export function stateOf({ acceptedAt, revokedAt, expiresAt }: Invitation): InvitationState {
  if (acceptedAt !== null) return 'accepted';
  if (revokedAt !== null) return 'revoked';
  return expiresAt > clock.now() ? 'open' : 'expired';
}

const statuses: Record<InvitationState, InvitationStatus> = {
  open: 'Pending',
  accepted: 'Accepted',
  revoked: 'Failed',
  expired: 'Failed',
};

export const statusOf = (invitation: Invitation): InvitationStatus => statuses[stateOf(invitation)];

interface InvitationQuery {
  accountId: string;
  /** Only those that may still be accepted. */
  pending?: boolean;
  /** The id of the last invitation of the page before. */
  before?: string | undefined;
  limit: number;
}

/** The invitations of an account, newest first. @returns one page, and whether there is another */
export async function listInvitations(
  on: Reader,
  { accountId, pending = false, before, limit }: InvitationQuery,
): Promise<{ invitations: Invitation[]; more: boolean }> {
  const conditions = [sql`a."accountId" = ${accountId}`];
  if (pending) {
    conditions.push(sql`a."acceptedAt" IS NULL AND a."revokedAt" IS NULL AND a."expiresAt" > ${clock.now()}`);
  }
  if (before) {
    conditions.push(sql`(a."createdAt", a."id") < (SELECT p."createdAt", p."id" FROM "invitations" p
      WHERE p."id" = ${before} AND p."accountId" = ${accountId})`);
  }
  const found = await selectRows(
    on,
    InvitationTable,
    sql`${join(conditions, ' AND ')} ORDER BY a."createdAt" DESC, a."id" DESC LIMIT ${limit + 1}`,
  );
  return { invitations: found.slice(0, limit), more: found.length > limit };
}

/** @throws invitation.notFound, also for another account's */
export async function requireInvitation(on: Reader, scope: Scope, id: string): Promise<Invitation> {
  const { organisationId, accountId } = scope;
  const found = await on.findOneBy(InvitationTable, { id, organisationId, accountId });
  if (!found) throw userErrors('invitation.notFound');
  return found;
}

/** The invitation of this address that nobody has accepted or revoked, expired or not. */
export const openAt = (on: Reader, accountId: string, addressKey: string): Promise<Invitation | null> =>
  selectRow(
    on,
    InvitationTable,
    sql`a."accountId" = ${accountId} AND a."addressKey" = ${addressKey} AND a."acceptedAt" IS NULL
        AND a."revokedAt" IS NULL`,
  );

/** The last invitation of this address, whatever became of it. */
export const lastAt = (on: Reader, accountId: string, addressKey: string): Promise<Invitation | null> =>
  selectRow(
    on,
    InvitationTable,
    sql`a."accountId" = ${accountId} AND a."addressKey" = ${addressKey} ORDER BY a."createdAt" DESC, a."id" DESC LIMIT 1`,
  );

/** When these people were last invited into the account that they are in, by their ids. */
export async function invitedAt(
  on: Reader,
  accountId: string,
  userIds: readonly string[],
): Promise<Map<string, number>> {
  const found = await rows<{ acceptedBy: string; at: number | string }>(
    on,
    sql`SELECT "acceptedBy", MAX("createdAt") AS "at" FROM "invitations"
        WHERE "accountId" = ${accountId} AND "acceptedBy" ${isOneOf(userIds)} GROUP BY "acceptedBy"`,
  );
  return new Map(found.map(({ acceptedBy, at }) => [acceptedBy, Number(at)]));
}

const keptMs = 90 * 86_400_000;

/** Forgets invitations that came to nothing, some time after they were over: an address is kept for a reason alone. */
export async function sweepInvitations(m: Writer): Promise<void> {
  const before = clock.now() - keptMs;
  await rows(
    m,
    sql`DELETE FROM "invitations" WHERE "acceptedAt" IS NULL AND ("revokedAt" < ${before} OR "expiresAt" < ${before})`,
  );
}

/**
 * Forgets by which invitations these people came, and what else was sent to their addresses and came to nothing, unless
 * somebody else has one by now; in the unit that erases them.
 */
export async function eraseInvitations(m: Writer, userIds: readonly string[]): Promise<void> {
  const theirs = sql`SELECT u."primaryAddressKey" FROM "users" u WHERE u."id" IN (${list(userIds)})
      AND NOT EXISTS (SELECT 1 FROM "users" o WHERE o."primaryDomain" = u."primaryDomain"
        AND o."primaryAddressKey" = u."primaryAddressKey" AND o."deletedAt" IS NULL AND o."id" NOT IN (${list(userIds)}))`;
  const gone = await changed<{ id: string }>(
    m,
    sql`DELETE FROM "invitations" WHERE "acceptedBy" IN (${list(userIds)})
        OR ("acceptedAt" IS NULL AND "addressKey" IN (${theirs})) RETURNING "id"`,
  );
  await forgetMails(
    m,
    gone.map(({ id }) => id),
  );
}
