import assert from 'node:assert/strict';
import type { Server } from 'node:net';
import { isFree } from '../../deploy/demo/ports.ts';

/**
 * Below the range from which systems give ports to those who ask for any, so that nobody is given ours by chance; and a
 * slice for each of mocha's workers, so that none takes what another has just found free.
 */
const lowest = 20_000;
const slice = 3_000;
const slices = 4;
const first = lowest + (Number(process.env['MOCHA_WORKER_ID'] ?? slices - 1) % slices) * slice;
let next = Math.floor(Math.random() * slice);

/** The port that a listening server was given. */
export function portOf(server: Server): number {
  const address = server.address();
  assert.ok(address && typeof address === 'object');
  return address.port;
}

/**
 * Free ports of the loopback interface, for whoever must know them before anything listens, as PUBLIC_URL does.
 * @returns the first of `count` in a row
 */
export async function freePorts(count = 1): Promise<number> {
  for (;;) {
    if (next + count > slice) next = 0;
    const start = first + next;
    next += count;
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isFree(start + i)));
    if (free.every(Boolean)) return start;
  }
}
