import { type Cli, verb } from '../frame/command.ts';

export function migrate(cli: Cli): void {
  verb(cli, cli.program, {
    call: 'migrate',
    does: 'bring the schema of the database up to date',
    more:
      'The server does so by itself when it starts; several that start at once wait for one. All the missing ' +
      'migrations run, or none. A server of the release before goes on working on the new schema meanwhile.',
    options: [['--check', 'change nothing: the status is 1 when a migration is missing']],
    examples: ['carillon migrate', 'carillon migrate --check --json'],
    work: async () => (await import('../work/migrate.ts')).migrate,
  });
}
