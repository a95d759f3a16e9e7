// The entry of `npm run demo`: JavaScript, so that a Node that is too old to run TypeScript says so in plain words.
import process from 'node:process';

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`The demo needs Node 24 or newer; this is ${process.version}. Start it with: npm run demo\n`);
  process.exit(1);
}
process.umask(0o077); // its database, log and keys are whoever started it’s alone
const { demo } = await import('./demo.ts');
try {
  await demo();
} catch (error) {
  process.stderr.write(`${error.code === 'EADDRINUSE' ? error.message : error.stack}\n`);
  process.exit(1);
}
