import { configuration } from './config.ts';
import { nouns } from './commands/nouns.ts';
import { execute } from './frame/program.ts';
import { processTerminal } from './frame/terminal.ts';

/** The command line: runs what was typed, and ends the process with its status. */
export async function run(argv: readonly string[]): Promise<void> {
  const status = await execute(nouns, argv.slice(2), { terminal: processTerminal(), configuration });
  process.exitCode = status;
  if (status !== 0) process.exit(); // what was half started must not hold the process
}
