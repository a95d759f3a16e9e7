import assert from 'node:assert/strict';
import type { Server } from 'node:net';
import { isFree } from '../../deploy/demo/ports.ts';

/** Below the range from which systems give ports to those who ask for any, so that nobody is given ours by chance. */
const lowest = 20_000;
const highest = 32_000;

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
    const first = lowest + Math.floor(Math.random() * (highest - lowest - count));
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
}
