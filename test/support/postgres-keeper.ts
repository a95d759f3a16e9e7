// A process of its own: runs a PostgreSQL server for one test run, and ends it when that run ends, in whatever way.
import { spawn } from 'node:child_process';
import { openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const [program = '', folder = '', run = '', uid = '', gid = ''] = process.argv.slice(2);
const log = openSync(join(folder, 'server.log'), 'a');
const settings = {
  listen_addresses: '',
  unix_socket_directories: folder,
  // Tests want it fast, and lose nothing with the machine; benchmarks want it as somebody would run it.
  ...(process.env['TEST_POSTGRES_DURABLE']
    ? { shared_buffers: '256MB' }
    : { fsync: 'off', full_page_writes: 'off', autovacuum: 'off', shared_buffers: '64MB', deadlock_timeout: '100ms' }),
  max_connections: '400',
};
const server = spawn(
  program,
  ['-D', join(folder, 'data'), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
  { stdio: ['ignore', log, log], ...(uid && { uid: Number(uid), gid: Number(gid) }) },
);
let orphaned = false;
server.once('exit', () => {
  if (orphaned) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});
const stop = (): void => void server.kill('SIGQUIT');
process.on('SIGTERM', stop);
process.on('SIGINT', () => {}); // Ctrl-C ends the run, and the run ends this
setInterval(() => {
  try {
    process.kill(Number(run), 0);
  } catch {
    orphaned = true;
    stop();
  }
}, 500);
