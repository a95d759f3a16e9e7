// What a signed request costs: the verification alone beside its floor, and whole calls over kept connections.
// Run: npm run bench -- api, or npm run bench:api [seconds]
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findGoodKey } from '../src/access/keys/keys.ts';
import { SigningKeys } from '../src/access/sigv4/signing-keys.ts';
import { verify } from '../src/access/sigv4/verify.ts';
import { startApi } from '../test/api/support.ts';
import { signed } from '../test/support/signer.ts';
import { type Line, printLines } from './table.ts';

const seconds = Number(process.argv[2] ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
process.env['TEST_RUN_FOLDER'] = folder;
const api = await startApi();
const { ground } = api.house;
const target = `/accounts/${api.acme.scope.accountId}/users?max-results=50`;
for (let i = 0; i < 50; i++) await api.acme.person(`p${i}`);
const sample = signed({ method: 'GET', target, headers: api.headers() }, api.acme.key);
const req = { method: 'GET', url: target, rawHeaders: sample.headers.flat() } as unknown as IncomingMessage;
const nothing = Buffer.alloc(0);

const lines: Line[] = [];
async function measure(name: string, work: () => unknown): Promise<void> {
  const took: number[] = [];
  for (let i = 0; i < 2_000; i++) await work();
  const cpu = process.cpuUsage();
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const from = performance.now();
    await work();
    took.push(performance.now() - from);
  }
  const { user, system } = process.cpuUsage(cpu);
  lines.push({ what: name, connections: 1, times: took, seconds, cpuMs: (user + system) / 1000 });
}

const key = Buffer.alloc(32, 1);
await measure('floor: two SHA-256 and one HMAC', () => {
  createHash('sha256').update(nothing).digest('hex');
  return createHmac('sha256', key).update(createHash('sha256').update(target).digest('hex')).digest();
});
const signingKeys = new SigningKeys(ground.seal);
const on = ground.db.read;
const good = await findGoodKey(on, api.acme.key.accessKeyId);
await measure('verification, warm, the key at hand', () =>
  verify(req, { findKey: async () => good, signingKeys, readBody: async () => nothing }),
);
await measure('verification, warm, the key asked of the database', () =>
  verify(req, { findKey: (id) => findGoodKey(on, id), signingKeys, readBody: async () => nothing }),
);
const agent = new Agent({ keepAlive: true });
const { hostname, port } = new URL(api.url);
await measure('ListUsers of 50, whole, one kept connection', async () => {
  const { headers } = signed({ method: 'GET', target, headers: api.headers() }, api.acme.key);
  await new Promise<void>((resolve, reject) => {
    const sent = request({ agent, hostname, port, path: target, headers: headers.flat(), setHost: false }, (res) => {
      res.resume().on('end', resolve);
    });
    sent.on('error', reject).end();
  });
});
agent.destroy();
await api.stop();
rmSync(folder, { recursive: true });
printLines('Signed requests; the caller signs in the same process', lines);
process.exit(0);
