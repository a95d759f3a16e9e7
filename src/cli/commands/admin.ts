import { type Cli, noun, verb } from '../frame/command.ts';

const which = { name: 'the user name of the administrator' };

/** The emergency door: whoever runs the server can always let an administrator in again. */
export function admin(cli: Cli): void {
  const it = noun(cli, 'admin', 'administrators');
  verb(cli, it, {
    call: 'list',
    does: 'list administrators, with their second factors',
    takes: ['organisation'],
    examples: ['carillon admin list'],
    work: async () => (await import('../work/admin.ts')).list,
  });
  verb(cli, it, {
    call: 'add <name>',
    does: 'invite an administrator, and print the link to hand over',
    more: 'The link works once, for a day.',
    expects: which,
    takes: ['organisation'],
    examples: ['carillon admin add grace'],
    work: async () => (await import('../work/admin.ts')).add,
  });
  verb(cli, it, {
    call: 'link',
    does: 'make a link with which an administrator sets a password',
    more: 'It works once, for an hour. Links made before it end. Second factors stay, and are asked for.',
    takes: ['organisation'],
    options: [['--user <name>', 'which administrator, when there are several']],
    examples: ['carillon admin link', 'carillon admin link --user ada'],
    work: async () => (await import('../work/admin.ts')).link,
  });
  verb(cli, it, {
    call: 'remove <name>',
    does: 'remove an administrator, who is out at once',
    more: 'Never the last one who can sign in.',
    expects: which,
    takes: ['organisation', 'yes'],
    examples: ['carillon admin remove grace --yes'],
    work: async () => (await import('../work/admin.ts')).remove,
  });
  verb(cli, it, {
    call: 'reset-factors <name>',
    does: 'take second factors, recovery codes and password away, and print a link to set up anew',
    more: 'For an administrator who has lost them. Every session ends.',
    expects: which,
    takes: ['organisation', 'yes'],
    examples: ['carillon admin reset-factors ada'],
    work: async () => (await import('../work/admin.ts')).resetFactors,
  });
  verb(cli, it, {
    call: 'sessions <name>',
    does: 'list where an administrator is signed in',
    expects: which,
    takes: ['organisation'],
    examples: ['carillon admin sessions ada'],
    work: async () => (await import('../work/admin.ts')).sessions,
  });
  verb(cli, it, {
    call: 'sign-out <name>',
    does: 'sign an administrator out of all devices',
    expects: which,
    takes: ['organisation', 'yes'],
    examples: ['carillon admin sign-out ada --yes'],
    work: async () => (await import('../work/admin.ts')).signOut,
  });
}
