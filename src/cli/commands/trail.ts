import { type Cli, noun, verb } from '../frame/command.ts';

export function trail(cli: Cli): void {
  const it = noun(cli, 'trail', 'the record of every action');
  verb(cli, it, {
    call: 'list',
    does: 'list records, newest first',
    more: 'This is also what `carillon trail` alone does. With --json it is CloudTrail’s {"Records": […]}.',
    takes: ['organisation', 'limit'],
    options: [
      ['--event <name>', 'only this event, such as AddDomain'],
      ['--account <account>', 'only this account, by its id or name'],
      ['--changes', 'without the records of reads'],
      ['--lines', 'one JSON record a line, for programs that read logs'],
    ],
    examples: ['carillon trail list --event AddDomain', 'carillon trail --changes --limit 1000 --json'],
    isDefault: true,
    work: async () => (await import('../work/trail.ts')).list,
  });
}
