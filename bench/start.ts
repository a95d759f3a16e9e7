// How long a start takes until /readyz answers, and what the process holds when it idles. Run: npm run bench -- start
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from '../test/support/port.ts';
import { type Line, printLines } from './table.ts';

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

const lines: Line[] = [];
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
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const resident = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
  const what = i === 0 ? 'first start, makes everything' : 'start';
  lines.push({ what, times: [ready], cpuMs: null, note: `${resident.toFixed(0)} MB resident when idle` });
}
printLines('Start until /readyz answers', lines);
rmSync(folder, { recursive: true });
