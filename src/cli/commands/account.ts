import { type Cli, noun, verb } from '../frame/command.ts';

const load = () => import('../work/account.ts');

export function account(cli: Cli): void {
  const it = noun(cli, 'account', 'accounts: domains, single sign-on, groups and people belong to one');
  verb(cli, it, {
    call: 'list',
    does: 'list accounts, by name',
    takes: ['organisation'],
    options: [
      ['--name <prefix>', 'only those whose name begins so'],
      ['--user-email <address>', 'only those of the person with this address'],
      ['--deleted', 'only those that were deleted, with the time at which they are erased'],
    ],
    examples: ['carillon account list', 'carillon account list --user-email ada@example.com --json'],
    work: async () => (await load()).list,
  });
  verb(cli, it, {
    call: 'show <account>',
    does: 'show an account, and what is left to set up',
    expects: { account: 'its id or its name' },
    takes: ['organisation'],
    examples: ['carillon account show "Example Ltd"'],
    work: async () => (await load()).show,
  });
  verb(cli, it, {
    call: 'create <name>',
    does: 'create an account',
    expects: { name: 'such as the name of the company, 1 to 200 characters' },
    takes: ['organisation'],
    examples: ['carillon account create "Example Ltd"'],
    work: async () => (await load()).create,
  });
  verb(cli, it, {
    call: 'rename <account> <name>',
    does: 'give an account another name',
    expects: { account: 'its id or its name', name: 'the new name, 1 to 200 characters' },
    takes: ['organisation'],
    examples: ['carillon account rename "Example Ltd" "Example Group"'],
    work: async () => (await load()).rename,
  });
  verb(cli, it, {
    call: 'licence <account> <tier>',
    does: 'say which permission tier people get who come into an account',
    more: 'Those who are in it keep theirs.',
    expects: { account: 'its id or its name', tier: 'Basic or Pro' },
    takes: ['organisation'],
    examples: ['carillon account licence "Example Ltd" Basic'],
    work: async () => (await load()).licence,
  });
  verb(cli, it, {
    call: 'require-factor <account>',
    does: 'ask the people who sign in with a password that Carillon keeps for a second factor',
    more: 'It counts from the next sign-in on: who has no second factor sets one up then. Whoever is in stays in.',
    expects: { account: 'its id or its name' },
    takes: ['organisation', 'yes'],
    examples: ['carillon account require-factor "Example Ltd"'],
    work: async () => (await load()).requireFactor,
  });
  verb(cli, it, {
    call: 'relax-factor <account>',
    does: 'leave the second factor to each again',
    expects: { account: 'its id or its name' },
    takes: ['organisation', 'yes'],
    examples: ['carillon account relax-factor "Example Ltd" --yes'],
    work: async () => (await load()).relaxFactor,
  });
  verb(cli, it, {
    call: 'delete <account>',
    does: 'delete an account, with all that is in it',
    more:
      'First the domains of an enterprise account are removed, and the people of a team account removed or suspended. ' +
      'What is left is kept out of reach for KEEP_DELETED_DAYS, then erased.',
    expects: { account: 'its id or its name' },
    takes: ['organisation', 'yes'],
    examples: ['carillon account delete "Example Ltd"', 'carillon account delete "Example Ltd" --yes --json'],
    work: async () => (await load()).remove,
  });
}
