import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const keeper = fileURLToPath(new URL('server-keeper.ts', import.meta.url));
const patienceMs = 60_000;

export interface KeptServer {
  /** Has the whole server stand still, as one that hangs does; `resume` ends that. */
  pause: () => void;
  resume: () => void;
  stop: () => Promise<void>;
}

const keepersFolder = (run: string): string => join(run, 'keepers');

/**
 * Runs a server until it is stopped, and no longer than the test run.
 * @param isReady is asked again and again until it says so
 * @throws Error with the server's log, when it ends before
 */
export async function keepServer(
  folder: string,
  [program = '', ...args]: readonly string[],
  isReady: () => Promise<boolean>,
): Promise<KeptServer> {
  const runFolder = process.env['TEST_RUN_FOLDER'] ?? folder;
  const run = process.env['TEST_RUN_PID'] ?? String(process.pid);
  const child = spawn(process.execPath, [keeper, folder, run, program, ...args], {
    stdio: 'ignore',
    detached: true,
    cwd: '/',
  });
  child.unref();
  const pid = child.pid ?? 0;
  mkdirSync(keepersFolder(runFolder), { recursive: true });
  const note = join(keepersFolder(runFolder), String(pid));
  writeFileSync(note, '');
  const group = (): number => Number(readFileSync(join(folder, 'server.pid'), 'utf8'));
  const stop = async (): Promise<void> => {
    await endKeeper(pid);
    rmSync(note, { force: true });
  };
  try {
    await until(async () => {
      if (isGone(pid))
        throw new Error(`${program} ended:\n${readFileSync(join(folder, 'server.log'), 'utf8').slice(-4000)}`);
      return existsSync(join(folder, 'server.pid')) && (await isReady());
    }, patienceMs);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pause: () => {
      process.kill(-group(), 'SIGSTOP');
      untilItStands(group());
    },
    resume: () => process.kill(-group(), 'SIGCONT'),
    stop,
  };
}

/** A signal takes its moment, in which another thread may still answer: until all of the group stand still (Linux). */
function untilItStands(group: number): void {
  const end = Date.now() + patienceMs;
  while (threadsOf(group).some((state) => !/^[TZXt]$/.test(state))) {
    if (Date.now() > end) throw new Error('the server did not stand still');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }
}

/** The states of the threads of a process group (proc(5), `stat`). */
function threadsOf(group: number): string[] {
  if (!existsSync('/proc/self/stat')) return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const [, itsGroup] = statOf(`/proc/${pid}/stat`);
    if (Number(itsGroup) !== group) return [];
    return readdirSync(`/proc/${pid}/task`).map((thread) => statOf(`/proc/${pid}/task/${thread}/stat`)[0] ?? 'X');
  });
}

/** State and process group; nothing of what has ended meanwhile. */
function statOf(path: string): string[] {
  try {
    const text = readFileSync(path, 'utf8');
    const [state = '', , group = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return [state, group];
  } catch {
    return [];
  }
}

/** Ends every server that a run has left. */
export async function stopKeptServers(runFolder: string): Promise<void> {
  const folder = keepersFolder(runFolder);
  const pids = existsSync(folder) ? readdirSync(folder).map(Number) : [];
  await Promise.all(pids.map(endKeeper));
}

async function endKeeper(pid: number): Promise<void> {
  if (isGone(pid)) return;
  process.kill(pid, 'SIGTERM');
  await until(() => isGone(pid), patienceMs);
}

/** Gone, or a zombie, or another process that was given the number. */
function isGone(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('server-keeper');
  } catch {
    return true;
  }
}
