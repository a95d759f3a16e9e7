import { type Cli, noun, verb } from '../frame/command.ts';

const load = () => import('../work/invitation.ts');
const expects = { invitation: 'its id, or the address that was invited' };
const takes = ['account', 'organisation'] as const;

export function invitation(cli: Cli): void {
  const it = noun(cli, 'invitation', 'people who are invited into a team account');
  verb(cli, it, {
    call: 'send <addresses>',
    does: 'invite people by mail, each in the name of the account',
    more:
      'Up to 50 addresses in one argument, parted by semicolons, commas or blanks. Each is answered for by itself: the ' +
      'status is that of success when at least one was invited.',
    expects: { addresses: 'such as "ada@example.com; bob@example.com"' },
    options: [['--links', 'send no mail, and show the links, to be handed over; each is shown this once']],
    takes,
    examples: [
      'carillon invitation send "ada@example.com; bob@example.com"',
      'carillon invitation send ada@example.com --links --json',
    ],
    work: async () => (await load()).send,
  });
  verb(cli, it, {
    call: 'list',
    does: 'list invitations with their status, newest first',
    options: [['--pending', 'only those that can still be accepted']],
    takes: [...takes, 'limit'],
    examples: ['carillon invitation list', 'carillon invitation list --pending --json'],
    work: async () => (await load()).list,
  });
  verb(cli, it, {
    call: 'resend <invitation>',
    does: 'send an invitation again, with a new link that is good from now on',
    expects,
    takes,
    examples: ['carillon invitation resend ada@example.com'],
    work: async () => (await load()).resend,
  });
  verb(cli, it, {
    call: 'link <invitation>',
    does: 'make a new link for an invitation, to be handed over; it is shown this once',
    more: 'Whoever has the link comes in as that address: hand it to nobody else. Links that were sent before are good no longer.',
    expects,
    takes,
    examples: ['carillon invitation link ada@example.com'],
    work: async () => (await load()).link,
  });
  verb(cli, it, {
    call: 'revoke <invitation>',
    does: 'take an invitation back: its link is good no longer',
    expects,
    takes,
    examples: ['carillon invitation revoke ada@example.com'],
    work: async () => (await load()).revoke,
  });
}
