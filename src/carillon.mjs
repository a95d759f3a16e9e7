#!/usr/bin/env node
// The entry. It is JavaScript so that the compile cache is on before anything is read, and so that a Node that is too
// old to run TypeScript can hand over to the one that came with `npm ci`.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const wanted = 24;
if (Number(process.versions.node.split('.')[0]) >= wanted) {
  // A reader that has seen enough (`… | head`) is no fault, and no reason for a server to end.
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    if (process.argv[2] !== 'serve') process.exit(0);
  });
  process.umask(0o077); // the database and the log are the operator's alone
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)));
  const { run } = await import('./cli/cli.ts');
  await run(process.argv);
} else {
  const node = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (!existsSync(node)) {
    process.stderr.write(`Carillon needs Node ${wanted} or newer; this is ${process.version}. Run: npm ci\n`);
    process.exit(1);
  }
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
