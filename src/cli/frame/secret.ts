import { readFileSync } from 'node:fs';
import type { Call } from './command.ts';
import { cliErrors } from './errors.ts';

/** The options by which a verb takes a secret: never as an argument, which every user of the machine can read. */
export const secretOptions = (what: string): [flags: string, meaning: string][] => [
  ['--secret-file <path>', `the file that holds the ${what}; - is standard input`],
  ['--secret-env <variable>', `the variable of the environment that holds the ${what}`],
];

const options = '--secret-file <path>, --secret-file -, or --secret-env <variable>';

/**
 * A secret from a file, standard input, the environment, or whoever sits at the terminal, off the screen.
 * @param needed whether to ask for it, or to refuse, when no option gave it
 * @returns an empty text when it was not given and is not needed
 * @throws cli.secretNeeded, cli.secretUnreadable
 */
export async function secretOf({ value, terminal }: Call, what: string, needed: boolean): Promise<string> {
  const file = value('secretFile');
  const variable = value('secretEnv');
  const unreadable = (place: string, why: string): Error =>
    cliErrors('cli.secretUnreadable', { field: 'secret', values: { what, place, why } });
  if (file === '-') return (await terminal.input()).trim() || raise(unreadable('standard input', 'it is empty'));
  if (file !== undefined) {
    try {
      return readFileSync(file, 'utf8').trim() || raise(unreadable(file, 'it is empty'));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      throw typeof code === 'string' && code.startsWith('E') ? unreadable(file, code) : error;
    }
  }
  if (variable !== undefined) return terminal.env[variable]?.trim() || raise(unreadable(variable, 'it is not set'));
  if (!needed) return '';
  const typed = terminal.interactive ? (await terminal.ask(`The ${what} (it is not shown): `, true)).trim() : '';
  return typed || raise(cliErrors('cli.secretNeeded', { field: 'secret', values: { what, options } }));
}

function raise(error: Error): never {
  throw error;
}
