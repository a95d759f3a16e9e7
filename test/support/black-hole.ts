import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';

/** Listens, and takes no connection ever: its thread sleeps. */
const program = `const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  require('node:fs').writeSync(1, String(server.address().port));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

/** As long as a connection on this machine never takes. */
const hangsMs = 500;

/** A port of this machine where packets of new connections are dropped, as by a firewall: nothing is refused, and nothing comes. */
export async function blackHole(): Promise<{ port: number; stop: () => void }> {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = Number(await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve)));
  const taken: Socket[] = [];
  // Those whom the system itself takes until somebody wants them are few.
  while (await isTaken(port, taken));
  return {
    port,
    stop: () => {
      for (const socket of taken) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}

function isTaken(port: number, taken: Socket[]): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    taken.push(socket);
    const timer = setTimeout(() => resolve(false), hangsMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
