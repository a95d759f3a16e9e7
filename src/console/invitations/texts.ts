import type { InvitationState } from '../../users/invitations/invitations.ts';
import { counted } from '../parts.ts';

export const texts = {
  title: 'Invitations',
  caption: 'Invitations of this account',
  invite: 'Invite people',
  addresses: 'E-mail addresses',
  addressesHint:
    'Up to 50, parted by semicolons, commas or lines. Any domain that no other account has claimed; your own address too.',
  button: 'Invite users',
  note: (account: string, tier: string): string =>
    `Each of them gets a mail in the name of ${account}. Whoever accepts is in this account with the permission tier ${tier}; nobody is charged for before.`,
  noMail:
    'This server sends no mail: whoever runs it has not set SMTP_URL. Invitations are kept, and whoever runs it hands the links over: carillon invitation link.',
  none: 'Nobody was invited yet.',
  notTeam: 'An enterprise account sends no invitations.',
  enterprise: 'Whoever registers with an address in one of its verified domains is in the account by that.',
  byDirectory: 'The directory says who belongs to the account: people are added there.',
  domainsLink: 'The domains of this account',
  connectionLink: 'Single sign-on',
  directoryLink: 'Active Directory',
  address: 'Address',
  status: 'Status',
  mail: 'Mail',
  expires: 'Good until',
  by: (name: string): string => `by ${name}`,
  resend: 'Send again',
  revoke: 'Revoke',
  states: {
    open: { text: 'Pending', tone: 'warn' },
    accepted: { text: 'Accepted', tone: 'good' },
    expired: { text: 'Failed: expired', tone: 'bad' },
    revoked: { text: 'Failed: revoked', tone: '' },
  } satisfies Record<InvitationState, { text: string; tone: string }>,
  mails: { Sent: 'Sent', Failed: 'Failed' },
  notSent: 'Not sent',
  notSentYet: 'Not sent yet',
  outcome: 'What became of each address',
  outcomeCaption: 'The addresses that you have typed',
  invited: 'Invited',
  refused: 'Not invited',
  why: 'Why not',
  told: (invited: number, refused: number): string =>
    refused === 0
      ? `${counted(invited, 'invitation was', 'invitations were')} made.`
      : `${counted(invited, 'invitation was', 'invitations were')} made, ${counted(refused, 'address was', 'addresses were')} refused.`,
};
