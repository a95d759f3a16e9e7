import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readOptions } from './options.ts';
import { makeProvider } from './provider.ts';
import { pagesAround } from './signin.ts';
import { loadKeys } from './store.ts';

const given = readOptions(process.argv[2], process.env);
const keys = await loadKeys(given.keyPath);

// The port must be known before the issuer is: the handler comes once both are.
const server = createServer();
server.listen(given.port, '127.0.0.1');
await once(server, 'listening');
const options = { ...given, issuer: given.issuer ?? `http://localhost:${(server.address() as AddressInfo).port}` };
server.on('request', pagesAround(makeProvider(options, keys), options));

const end = (): void => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
};
process.once('SIGTERM', end);
process.once('SIGINT', end);
if (options.endWithInput === true) process.stdin.on('end', end).resume();
process.stdout.write(`${JSON.stringify({ ready: true, issuer: options.issuer })}\n`);
