import assert from 'node:assert/strict';
import type { Server } from 'node:net';

/** The port that a listening server was given. */
export function portOf(server: Server): number {
  const address = server.address();
  assert.ok(address && typeof address === 'object');
  return address.port;
}
