import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { databaseAt } from './engines.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const patienceMs = 60_000;

export interface DemoProcess {
  carillon: string;
  directory: string;
  provider: string;
  /** What it printed. */
  output: string;
  stop: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>;
}

/** Starts `npm run demo`'s own entry in a process of its own, and waits until it says what to open. */
export async function startDemoProcess(folder: string, firstPort: number): Promise<DemoProcess> {
  const databaseUrl = await databaseAt(join(folder, 'carillon.db'));
  const child: ChildProcess = spawn(process.execPath, ['deploy/demo/demo.mjs'], {
    cwd: root,
    env: { ...process.env, DEMO_FOLDER: folder, DEMO_PORT: String(firstPort), DEMO_DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the demo is not ready:\n${output}`)), patienceMs);
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes('Ctrl-C')) {
        clearTimeout(timer);
        resolve();
      }
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', () => {
      clearTimeout(timer);
      reject(new Error(`the demo ended:\n${output}`));
    });
  });
  await ready;
  return {
    carillon: `http://localhost:${firstPort}`,
    directory: `http://localhost:${firstPort + 1}`,
    provider: `http://localhost:${firstPort + 2}`,
    output,
    stop: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}
