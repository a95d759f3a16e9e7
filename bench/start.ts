// How long a start takes until /readyz answers, and what the process holds when it idles. Run: npm run bench:start
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from '../test/support/port.ts';
import { printTable } from './table.ts';

const starts = 5;
const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
const root = fileURLToPath(new URL('..', import.meta.url));

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
};

const rows: (string | number)[][] = [];
for (let i = 0; i < starts; i++) {
  const port = await freePorts();
  const url = `http://localhost:${port}`;
  const from = performance.now();
  const child = spawn(process.execPath, ['src/carillon.mjs', 'serve'], {
    cwd: root,
    stdio: 'ignore',
    env: {
      ...process.env,
      PORT: String(port),
      PUBLIC_URL: url,
      DATABASE_URL: join(folder, 'carillon.db'),
      CERTS_DIR: join(folder, 'certs'),
    },
  });
  while (!(await isReady(url))) await pause(10);
  const ready = performance.now() - from;
  await pause(3000); // idle: what the start left behind has been collected
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? '';
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
  rows.push([i === 0 ? 'first, makes everything' : 'next', ready.toFixed(0), (Number(resident) / 1024).toFixed(0)]);
}
printTable(['start', 'ready after, ms', 'resident, MB'], rows);
rmSync(folder, { recursive: true });
