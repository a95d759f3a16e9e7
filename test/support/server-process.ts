import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../src/platform/config/settings.ts';

/** The entry that `npm start` runs. */
export const entry = fileURLToPath(new URL('../../src/carillon.mjs', import.meta.url));

export interface ServerProcess {
  child: ChildProcess;
  /** What it said until it was ready. */
  output: string;
  /** Sends the signal and waits until it is gone. @returns the exit code; null when a signal ended it */
  end: (signal: NodeJS.Signals) => Promise<number | null>;
  /** Waits until it is gone by itself. */
  gone: Promise<number | null>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts `carillon serve` as a process of its own, and waits until it says that it is ready.
 * @throws Error with what it said, when it ends before
 */
export async function startServerProcess(env: NodeJS.ProcessEnv): Promise<ServerProcess> {
  const child = spawn(process.execPath, [entry, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const gone = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += String(chunk)));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += String(chunk);
      if (output.includes('Log: ')) resolve();
    });
    void gone.then((code) => reject(new Error(`the server ended with ${code}:\n${output}${errors}`)));
  });
  return {
    child,
    output,
    gone,
    end: async (signal) => {
      child.kill(signal);
      return gone;
    },
  };
}

/** The environment by which a process finds the installation of a configuration. */
export const environmentOf = (config: Config, port: number): NodeJS.ProcessEnv => ({
  ...process.env,
  PORT: String(port),
  PUBLIC_URL: `http://127.0.0.1:${port}`,
  DATABASE_URL: config.databaseUrl,
  DATA_DIR: config.dataDir,
  CERTS_DIR: config.certsDir,
  LOG_LEVEL: 'info',
  SCIM_RATE: '1000000',
});
