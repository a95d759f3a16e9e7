import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopKeptServers } from './kept-server.ts';
import { until } from './until.ts';

/** One folder for everything that this run writes; gone with it. */
export function mochaGlobalSetup(): void {
  process.env['TEST_RUN_FOLDER'] = mkdtempSync(join(tmpdir(), 'carillon-test-'));
  process.env['TEST_RUN_PID'] = String(process.pid);
}

export async function mochaGlobalTeardown(): Promise<void> {
  const folder = process.env['TEST_RUN_FOLDER'];
  if (!folder) return;
  await Promise.all([stopCluster(folder), stopKeptServers(folder)]);
  rmSync(folder, { recursive: true, force: true });
}

/** Ends the PostgreSQL server of this run, if a suite needed one. */
async function stopCluster(folder: string): Promise<void> {
  const file = join(folder, 'pg.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8'));
  const isGone = (): boolean => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };
  if (isGone()) return;
  process.kill(pid, 'SIGTERM');
  await until(isGone, 60_000);
}
