import { type Cli, verb } from '../frame/command.ts';
import { referenceOf } from '../frame/reference.ts';

export function commandReference(cli: Cli): void {
  verb(cli, cli.program, {
    call: 'command-reference',
    does: 'print docs/command-line.md: every command, its options and examples',
    examples: ['carillon command-reference > docs/command-line.md'],
    work:
      async () =>
      async ({ output, terminal }) => {
        const markdown = `${referenceOf(cli.program)}\n`;
        if (output.json) output.document({ markdown });
        else terminal.out(markdown);
      },
  });
}
