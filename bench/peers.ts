import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { drive } from './load.ts';
import type { Load } from './scim-load.ts';
import type { Line } from './table.ts';

const here = new URL('peers/', import.meta.url);

/** Milliseconds of processor time that a process has taken (`/proc/[pid]/stat`, of which a tick is 10 ms). */
function cpuOf({ pid }: ChildProcess): number | null {
  try {
    const [, , , , , , , , , , , user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/.*\) /, '- ')
      .split(' ');
    return (Number(user) + Number(system)) * 10;
  } catch {
    return null;
  }
}

/** The same creates and deactivations at a peer, in the same run; what is not installed is named in its row. */
export async function peerLine(
  what: string,
  arguments_: readonly string[],
  load: Pick<Load, 'connections' | 'seconds' | 'run'>,
): Promise<Line> {
  const { connections } = load;
  if (!existsSync(new URL('node_modules', here)))
    return { what, connections, times: [], note: 'not installed: npm ci --ignore-scripts --prefix bench/peers' };
  const child = fork(new URL('server.mjs', here), [...arguments_], { execArgv: [] });
  try {
    const gone = once(child, 'exit').then(() => null);
    const told = await Promise.race([once(child, 'message'), gone]);
    if (!told) return { what, connections, times: [], note: 'did not start' };
    const [{ ready }] = told as [{ ready: Pick<Load, 'baseUrl' | 'token'> }];
    const whole: Load = { kind: 'people', ...load, ...ready };
    await drive('./scim-load.ts', { ...whole, seconds: 2, run: `${load.run}-warm` });
    const before = cpuOf(child);
    const { times, seconds } = await drive('./scim-load.ts', whole);
    const after = cpuOf(child);
    const cpuMs = before === null || after === null ? null : after - before;
    return { what, connections, times: Object.values(times).flat(), seconds, cpuMs, note: 'creates and deactivations' };
  } finally {
    child.kill();
  }
}
