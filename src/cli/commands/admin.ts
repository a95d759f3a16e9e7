import { type Cli, noun, verb } from '../frame/command.ts';

export function admin(cli: Cli): void {
  const it = noun(cli, 'admin', 'administrators');
  verb(cli, it, {
    call: 'link',
    does: 'make a link with which an administrator sets a password',
    more: 'It works once, for an hour. Links made before it end.',
    options: [['--user <name>', 'which administrator, when there are several']],
    examples: ['carillon admin link', 'carillon admin link --user ada'],
    work: async () => (await import('../work/admin.ts')).link,
  });
}
