import { type Cli, noun, verb } from '../frame/command.ts';

const load = () => import('../work/user.ts');
const expects = { user: 'an id, e-mail address or user name' };
const takes = ['account', 'organisation'] as const;

export function user(cli: Cli): void {
  const it = noun(cli, 'user', 'the people of an account');
  verb(cli, it, {
    call: 'list',
    does: 'list people with their status, tier and the reason for it',
    options: [
      ['--search <text>', 'only whose address, user name or name has this in it'],
      ['--status <status>', 'only Registered, Unregistered, Suspended or Released'],
      ['--tier <tier>', 'only Pro, Basic, ProTrial or none: who may not sign in'],
      ['--after <user>', 'the list from after this person on'],
    ],
    takes: [...takes, 'limit'],
    examples: ['carillon user list --tier none', 'carillon user list --search ada --json'],
    work: async () => (await import('../work/user-list.ts')).list,
  });
  verb(cli, it, {
    call: 'show <user>',
    does: 'show a person: status, tier, addresses, groups, devices',
    expects,
    takes,
    examples: ['carillon user show ada@example.com'],
    work: async () => (await load()).show,
  });
  verb(cli, it, {
    call: 'why <user>',
    does: 'tell why a person may sign in, step by step, or what is missing',
    expects,
    takes,
    examples: ['carillon user why ada@example.com'],
    work: async () => (await import('../work/user-why.ts')).why,
  });
  verb(cli, it, {
    call: 'suspend <user>',
    does: 'suspend a person: out at once, everywhere',
    more:
      'Only an administrator can lift it: the directory cannot. With --organisation 000000000000 it is of somebody who is in ' +
      'no account, needs a reason, and is lifted by this command line alone.',
    expects,
    options: [
      ['--reason <text>', 'why, of somebody who is in no account: for the trail and for whoever runs the server'],
    ],
    takes: [...takes, 'yes'],
    examples: [
      'carillon user suspend ada@example.com',
      'carillon user suspend ada@example.com --yes --json',
      'carillon user suspend eve@example.com --organisation 000000000000 --reason "Sends spam"',
    ],
    work: async () => (await load()).suspend,
  });
  verb(cli, it, {
    call: 'activate <user>',
    does: 'lift an administrator’s suspension',
    more: 'What the directory says of the person still counts.',
    expects,
    takes,
    examples: ['carillon user activate ada@example.com'],
    work: async () => (await load()).activate,
  });
  verb(cli, it, {
    call: 'sign-out <user>',
    does: 'sign a person out of all their devices; they may sign in again',
    expects,
    takes: [...takes, 'yes'],
    examples: ['carillon user sign-out ada@example.com', 'carillon user sign-out ada@example.com --yes --json'],
    work: async () => (await load()).signOut,
  });
  verb(cli, it, {
    call: 'reset-factors <user>',
    does: 'take a person’s second factors and recovery codes away',
    more: 'For somebody who has lost them. They are signed out of all devices, and set up others where they are required.',
    expects,
    takes: [...takes, 'yes'],
    examples: ['carillon user reset-factors ada@example.com'],
    work: async () => (await load()).reset,
  });
  verb(cli, it, {
    call: 'remove <user>',
    does: 'remove a person of a team account, or one who was released',
    more:
      'Whoever has an account of their own keeps it, in no account, and can be invited again. ' +
      'Elsewhere the directory says who belongs to the account.',
    expects,
    takes: [...takes, 'yes'],
    examples: ['carillon user remove ada@example.com'],
    work: async () => (await load()).remove,
  });
  verb(cli, it, {
    call: 'licence <user> <tier>',
    does: 'give a person a permission tier, where no directory does',
    expects: { ...expects, tier: 'Basic or Pro' },
    takes,
    examples: ['carillon user licence ada@example.com Basic'],
    work: async () => (await load()).licence,
  });
}
