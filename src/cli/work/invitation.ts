import { normaliseAddress } from '../../accounts/domains/name.ts';
import { iso, isoOrNull } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { canSendMail } from '../../platform/mail/settings.ts';
import type { Scope } from '../../users/lifecycle/out.ts';
import { parseAddresses } from '../../users/invitations/addresses.ts';
import type { EmailStatus, Invitation } from '../../users/invitations/invitation.entity.ts';
import {
  type InvitationStatus,
  lastAt,
  listInvitations,
  openAt,
  requireInvitation,
  statusOf,
} from '../../users/invitations/invitations.ts';
import { invitePeople, resendInvitation, revokeInvitation } from '../../users/invitations/invite.ts';
import { accountOf, scopeOf } from '../frame/choose.ts';
import { type Call, limitOf } from '../frame/command.ts';
import { type Exit, exits } from '../frame/exit.ts';
import { callerName, withHouse } from '../frame/house.ts';

const noMail =
  'This server sends no mail: set SMTP_URL, or hand over links, which carillon invitation link <address> makes.';

const present = (invitation: Invitation) => ({
  id: invitation.id,
  accountId: invitation.accountId,
  email: invitation.address,
  status: statusOf(invitation),
  emailStatus: invitation.emailStatus,
  createdAt: iso(invitation.createdAt),
  sentAt: isoOrNull(invitation.sentAt || null),
  expiresAt: iso(invitation.expiresAt),
  acceptedAt: isoOrNull(invitation.acceptedAt),
  acceptedBy: invitation.acceptedBy,
  revokedAt: isoOrNull(invitation.revokedAt),
});

/** What is told of one address. */
interface Item extends Partial<ReturnType<typeof present>> {
  email: string;
  status: InvitationStatus;
  emailStatus: EmailStatus;
  link?: string;
  error: { code: string; message: string } | null;
}

/** By its id, or the address that was invited: the one that waits for an answer, else the last. @throws invitation.notFound */
async function invitationNamed(on: Reader, scope: Scope, given: string): Promise<Invitation> {
  const key = normaliseAddress(given);
  const found =
    key === null ? null : ((await openAt(on, scope.accountId, key)) ?? (await lastAt(on, scope.accountId, key)));
  return found ?? requireInvitation(on, scope, given.trim());
}

export const send = (call: Call): Promise<Exit | void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const byHand = call.flag('links');
    const typed = parseAddresses(call.required('addresses'));
    const answers = await invitePeople(ground, scopeOf(account), typed, { by: callerName(), byHand });
    const items = answers.map<Item>(({ address, invitation, link, error }) => ({
      ...(invitation ? present(invitation) : { email: address, status: 'Failed', emailStatus: 'NotSent' }),
      ...(link !== null && { link }),
      error: error && { code: error.code, message: error.message },
    }));
    call.output.list<Item>({
      name: 'invitations',
      items,
      columns: {
        EMAIL: ({ email }) => email,
        STATUS: ({ status }) => status,
        ...(byHand && { LINK: (item: Item) => item.link ?? '' }),
        'WHY NOT': ({ error }) => error?.message ?? '',
      },
      empty: '',
    });
    if (!byHand && !canSendMail(ground.config)) call.output.talk(noMail);
    return answers.every(({ error }) => error !== null) ? exits.refused : exits.done;
  });

export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const query = { accountId: account.id, pending: call.flag('pending'), limit: limitOf(call) };
    const { invitations, more } = await listInvitations(ground.db.read, query);
    ground.trail.observed({ eventName: 'ListInvitations', ...scopeOf(account) });
    call.output.list({
      name: 'invitations',
      items: invitations.map(present),
      columns: {
        EMAIL: ({ email }) => email,
        STATUS: ({ status }) => status,
        MAIL: ({ emailStatus }) => emailStatus,
        SENT: ({ sentAt }) => sentAt ?? 'never',
        'GOOD UNTIL': ({ expiresAt }) => expiresAt,
        ID: ({ id }) => id,
      },
      empty: `Nobody was invited into ${account.name} yet.`,
      more: { are: more, hint: 'There are more: --limit shows more at once.' },
    });
  });

export const resend = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const scope = scopeOf(await accountOf(ground.db.read, call));
    const { id } = await invitationNamed(ground.db.read, scope, call.required('invitation'));
    const { invitation } = await resendInvitation(ground, scope, id, { by: callerName() });
    call.output.done(present(invitation), `The invitation to ${invitation.address} is sent again.`);
    if (!canSendMail(ground.config)) call.output.talk(noMail);
  });

export const link = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const scope = scopeOf(await accountOf(ground.db.read, call));
    const { id } = await invitationNamed(ground.db.read, scope, call.required('invitation'));
    const made = await resendInvitation(ground, scope, id, { by: callerName(), byHand: true });
    const { address, expiresAt } = made.invitation;
    call.output.one({
      json: { ...present(made.invitation), link: made.link },
      facts: [
        ['Address', address],
        ['Good until', iso(expiresAt)],
        ['Link', made.link],
      ],
    });
    call.output.talk(`Whoever has the link comes in as ${address}: hand it to nobody else.`);
  });

export const revoke = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const scope = scopeOf(await accountOf(ground.db.read, call));
    const { id, address } = await invitationNamed(ground.db.read, scope, call.required('invitation'));
    const changed = await revokeInvitation(ground, scope, id);
    const text = changed
      ? `The invitation to ${address} is revoked.`
      : `The invitation to ${address} was over already.`;
    call.output.done({ id, email: address, revoked: true, changed }, text);
  });
