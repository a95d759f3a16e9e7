import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ProviderOptions } from './options.ts';

export interface ProviderProcess {
  issuer: string;
  pid: number;
  /** Ends the process and waits until it is gone. SIGKILL plays the crash. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const main = fileURLToPath(new URL('main.ts', import.meta.url));

/**
 * Starts the provider in a process of its own and waits until it listens. It ends with this process, however that ends.
 * @throws Error when it ends before it is ready, or is not ready in 15 s
 */
export async function startProviderProcess(options: ProviderOptions): Promise<ProviderProcess> {
  const child = spawn(process.execPath, [main], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // In the environment, not the arguments: those hold client secrets, and every user of the machine sees arguments.
    env: { ...process.env, ACME_PROVIDER: JSON.stringify({ ...options, endWithInput: true }) },
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    await gone;
  };
  try {
    const lines = createInterface({ input: child.stdout });
    const signal = AbortSignal.timeout(15_000);
    const [line] = (await Promise.race([
      once(lines, 'line', { signal }),
      gone.then(() => Promise.reject(new Error('the provider ended before it was ready'))),
    ])) as [string];
    const { issuer } = JSON.parse(line) as { issuer: string };
    return { issuer, pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop('SIGKILL');
    throw error;
  }
}
