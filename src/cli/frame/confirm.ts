import type { Call } from './command.ts';
import { cliErrors } from './errors.ts';

/**
 * Asks before something is done that cannot be taken back, or puts people out. With `--yes` it does not ask; where
 * nobody can be asked it refuses.
 * @param says exactly what will happen, and to how many
 * @throws cli.confirmationNeeded, cli.declined
 */
export async function confirm({ terminal, output, flag }: Call, says: readonly string[]): Promise<void> {
  if (flag('yes')) return;
  if (!terminal.interactive) throw cliErrors('cli.confirmationNeeded', { values: { says: says.join(' ') } });
  for (const line of says) output.talk(line);
  const answer = await terminal.ask('Go on? [y/N] ');
  if (!/^y(es)?$/i.test(answer.trim())) throw cliErrors('cli.declined');
}
