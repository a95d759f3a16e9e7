import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { asDatabaseError } from '../../platform/database/errors.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import type { Cli } from './command.ts';
import { cliErrors } from './errors.ts';
import { type Exit, exitOf, exits } from './exit.ts';
import { jsonText } from './output.ts';
import { printable } from '../printable.ts';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What a noun's file gives: it adds the noun to the command line. */
export type Noun = (cli: Cli) => void;

/** Where a command line is called, and on which installation. */
type Surroundings = Pick<Cli, 'terminal' | 'configuration'>;

/** Puts the command line together. */
export function programOf(nouns: readonly Noun[], cli: Omit<Cli, 'program'>): Command {
  const { terminal } = cli;
  const program = new Command('carillon')
    .description('Identity-federation gateway: OpenID Connect and SCIM, accounts and tiers.')
    .usage('<command> [options]')
    .version(version, '-V, --version', 'print the version of Carillon')
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.say,
      outputError: () => undefined, // told by `execute`, once
    })
    .exitOverride()
    .addHelpText(
      'after',
      '\nEvery command has --help with an example, and --json. Results go to standard output, talk to standard error.\n' +
        'Something does not work? carillon doctor',
    );
  for (const add of nouns) add({ ...cli, program });
  return program;
}

/**
 * Runs one command line.
 * @param argv what was typed after `carillon`
 * @returns the status that the process ends with, when the command is done
 */
export async function execute(
  nouns: readonly Noun[],
  argv: readonly string[],
  { terminal, configuration }: Surroundings,
): Promise<Exit> {
  let status: Exit = exits.done;
  const ended = (of: Exit): void => {
    status = of;
  };
  const program = programOf(nouns, { terminal, configuration, ended });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exits.done;
    if (error instanceof CommanderError && error.code === 'commander.help') return exits.usage; // it was shown
    const refusal = refusalOf(error);
    const { code, message, field } = refusal;
    const { say } = terminal;
    if (argv.includes('--json')) say(`${jsonText({ error: { code, message, ...(field && { field }) } })}\n`);
    else say(`${message.split('\n').map(printable).join('\n')}\n`);
    return exitOf(refusal);
  }
}

function refusalOf(error: unknown): CarillonError {
  if (error instanceof CarillonError) return error;
  if (error instanceof CommanderError) {
    const reason = error.message.replace(/^error: /, '').replace(/^./, (first) => first.toUpperCase());
    const hint = 'carillon --help lists the commands; each has its own --help.';
    return cliErrors('cli.usage', { values: { reason: `${reason}\n${hint}` } });
  }
  const known = asDatabaseError(error);
  if (known) return known;
  return cliErrors('cli.failed', { values: { why: String(error) }, cause: error });
}
