import { type Cli, noun, verb } from '../frame/command.ts';

export function receipt(cli: Cli): void {
  const it = noun(cli, 'receipt', 'what each no has ended, and how fast');
  verb(cli, it, {
    call: 'list',
    does: 'list receipts, newest first',
    options: [['--user <user>', 'only of this person: an id, e-mail address or user name']],
    takes: ['account', 'organisation', 'limit'],
    examples: ['carillon receipt list --user ada@example.com'],
    work: async () => (await import('../work/receipt.ts')).list,
  });
}
