// All benchmarks one after another, each in a process of its own, or those that are named.
// Run: npm run bench [-- start scim push signin own directory tokens out mapping groups api]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const subjects = ['start', 'scim', 'push', 'signin', 'own', 'directory', 'tokens', 'out', 'mapping', 'groups', 'api'];
const named = process.argv.slice(2);
const unknown = named.filter((name) => !subjects.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}: there are ${subjects.join(', ')}.\n`);
  process.exit(2);
}
for (const name of named.length > 0 ? named : subjects) {
  const script = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) process.exitCode = 1;
}
