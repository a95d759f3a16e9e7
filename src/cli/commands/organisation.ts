import { type Cli, noun, verb } from '../frame/command.ts';

const load = () => import('../work/organisation.ts');

export function organisation(cli: Cli): void {
  const it = noun(cli, 'organisation', 'who runs accounts here: the twelve digits that administrators sign in with');
  verb(cli, it, {
    call: 'list',
    does: 'list the organisations of this installation',
    examples: ['carillon organisation list'],
    work: async () => (await load()).list,
  });
  verb(cli, it, {
    call: 'show',
    does: 'show an organisation',
    takes: ['organisation'],
    examples: ['carillon organisation show', 'carillon organisation show --organisation 123456789012 --json'],
    work: async () => (await load()).show,
  });
  verb(cli, it, {
    call: 'create <name>',
    does: 'create another organisation, with its first administrator',
    more: 'It prints the link with which the administrator sets a password: it works once, for an hour.',
    expects: { name: '1 to 200 characters' },
    options: [['--administrator <name>', 'the user name of its first administrator', 'administrator']],
    examples: ['carillon organisation create "Example Ltd" --administrator ada'],
    work: async () => (await load()).create,
  });
  verb(cli, it, {
    call: 'rename <name>',
    does: 'give an organisation another name',
    expects: { name: 'the new name, 1 to 200 characters' },
    takes: ['organisation'],
    examples: ['carillon organisation rename "Example Group"'],
    work: async () => (await load()).rename,
  });
  verb(cli, it, {
    call: 'delete <organisation>',
    does: 'delete an organisation, with all its accounts and administrators',
    more: 'Everybody in its accounts is out at once, and its administrators too, whatever is left in the accounts.',
    expects: { organisation: 'its twelve digits' },
    takes: ['yes'],
    examples: ['carillon organisation delete 123456789012'],
    work: async () => (await load()).remove,
  });
}
