import { type Cli, verb } from '../frame/command.ts';

export function envExample(cli: Cli): void {
  verb(cli, cli.program, {
    call: 'env-example',
    does: 'print .env.example: every setting with its meaning and default',
    examples: ['carillon env-example > .env'],
    work: async () => (await import('../work/env-example.ts')).print,
  });
}
