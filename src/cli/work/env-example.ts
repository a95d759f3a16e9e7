import { envExample } from '../../platform/config/example.ts';
import { settingEntries } from '../../platform/config/settings.ts';
import type { Call } from '../frame/command.ts';

/** Prints `.env.example`, or the settings as JSON. */
export async function print({ output, terminal }: Call): Promise<void> {
  if (!output.json) {
    terminal.out(envExample());
    return;
  }
  const settings = settingEntries().map(([name, { env, kind, default: otherwise, derived, meaning }]) => ({
    name,
    variable: env,
    expects: kind.expected,
    default: otherwise ?? null,
    ...(derived !== undefined && { derivedFrom: derived }),
    meaning,
  }));
  output.document({ settings });
}
