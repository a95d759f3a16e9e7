import { completionOf } from '../frame/completion.ts';
import { type Cli, verb } from '../frame/command.ts';

export function completion(cli: Cli): void {
  verb(cli, cli.program, {
    call: 'completion',
    does: 'print a script with which bash completes commands and options',
    more: 'In zsh, load bashcompinit first.',
    examples: ['source <(carillon completion)'],
    work:
      async () =>
      async ({ output, terminal }) => {
        const script = completionOf(cli.program);
        if (output.json) output.document({ script });
        else terminal.out(script);
      },
  });
}
