import { examine } from '../doctor/doctor.ts';
import type { Named, State } from '../doctor/finding.ts';
import type { Call } from '../frame/command.ts';
import { type Exit, exits } from '../frame/exit.ts';

const states: readonly State[] = ['ok', 'warn', 'fail', 'skipped'];

/** Says what is missing or misconfigured, and how to mend it. The status is 1 when something must be mended. */
export async function doctor({ configuration, output, flag }: Call): Promise<Exit> {
  const looking = examine({ configuration, offline: flag('offline') });
  const findings = await output.during('Looking at everything', looking);
  const counts = Object.fromEntries(
    states.map((state) => [state, findings.filter((finding) => finding.state === state).length]),
  );
  const failed = findings.some(({ state }) => state === 'fail');
  if (output.json) output.document({ healthy: !failed, counts, findings });
  else {
    const width = Math.max(...findings.map(({ check }) => check.length));
    for (const finding of findings) tell(finding, width, (line) => output.line(line));
    output.line('');
    output.line(
      failed
        ? `${counts['fail']} must be mended, ${counts['warn']} should be looked at.`
        : counts['warn']
          ? `Nothing must be mended; ${counts['warn']} should be looked at.`
          : 'All is well.',
    );
  }
  return failed ? exits.refused : exits.done;
}

function tell({ check, state, found, mend }: Named, width: number, line: (text: string) => void): void {
  const head = `${state.padEnd(7)}  ${check.padEnd(width)}  `;
  for (const [at, text] of found.split('\n').entries()) line((at === 0 ? head : ' '.repeat(head.length)) + text);
  if (mend) line(`${' '.repeat(head.length)}→ ${mend}`);
}
