import { type Cli, verb } from '../frame/command.ts';

export function serve(cli: Cli): void {
  verb(cli, cli.program, {
    call: 'serve',
    does: 'run the server',
    more:
      'It runs until SIGTERM or SIGINT (Ctrl-C), and then answers what it has accepted. The very first start prints ' +
      'the link with which the first administrator sets a password.',
    examples: ['carillon serve'],
    work: async () => (await import('../work/serve.ts')).serve,
  });
}
