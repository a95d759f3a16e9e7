// A process of its own: runs a program for as long as its standard input is held open, so that the program ends with
// whoever started this, in whatever way that one ends.
import { spawn } from 'node:child_process';

const [program = '', args = '[]', uid = '', gid = ''] = process.argv.slice(2);
const child = spawn(program, JSON.parse(args) as string[], {
  stdio: ['ignore', 'inherit', 'inherit'],
  cwd: '/',
  ...(uid && { uid: Number(uid), gid: Number(gid) }),
});
child.once('error', () => process.exit(1));
child.once('exit', (code) => process.exit(code ?? 1));
const stop = (): void => void child.kill('SIGTERM');
process.stdin.on('end', stop).resume();
process.on('SIGTERM', stop);
process.on('SIGINT', () => {}); // Ctrl-C ends the run, and the run ends this
