// A process of its own: runs a server in a process group of its own for as long as a test run lasts, and ends the whole
// group when it is told to, or when the run is gone in whatever way.
import { spawn } from 'node:child_process';
import { openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '', run = '', program = '', ...args] = process.argv.slice(2);
const log = openSync(join(folder, 'server.log'), 'a');
const server = spawn(program, args, { stdio: ['ignore', log, log], detached: true, cwd: '/' });
server.once('error', () => process.exit(1));
const group = server.pid ?? 0;
writeFileSync(join(folder, 'server.pid.part'), String(group));
renameSync(join(folder, 'server.pid.part'), join(folder, 'server.pid'));

const signal = (name: NodeJS.Signals): void => {
  try {
    process.kill(-group, name);
  } catch {
    // It is gone already.
  }
};
server.once('exit', () => {
  signal('SIGKILL'); // what it has left behind of its group
  process.exit(0);
});
let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  signal('SIGCONT'); // a test may have stopped it
  signal('SIGTERM');
  setTimeout(() => signal('SIGKILL'), 3_000);
};
process.on('SIGTERM', stop);
process.on('SIGINT', () => {}); // Ctrl-C ends the run, and the run ends this
setInterval(() => {
  try {
    process.kill(Number(run), 0);
  } catch {
    stop();
  }
}, 500);
