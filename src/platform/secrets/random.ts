import { randomBytes, randomFillSync } from 'node:crypto';

/** To ask the system for random bytes is a job of its own, which costs the same for a few as for thousands. */
const pool = Buffer.allocUnsafeSlow(8_192);
/** What is wanted in one piece that is longer is asked for by itself. */
const mostTaken = 256;
let next = pool.length;

/** Where in the pool the next `count` bytes are; whoever takes them wipes them. */
function take(count: number): number {
  if (next + count > pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const start = next;
  next += count;
  return start;
}

/** Bytes that nobody can guess, as `randomBytes` of Node gives them; each is given out once, and kept nowhere else. */
export function freshBytes(count: number): Buffer {
  if (count > mostTaken) return randomBytes(count);
  const start = take(count);
  const bytes = Buffer.allocUnsafeSlow(count);
  pool.copy(bytes, 0, start, start + count);
  pool.fill(0, start, start + count);
  return bytes;
}

/** The same as text in base64url. */
export function freshText(count: number): string {
  if (count > mostTaken) return randomBytes(count).toString('base64url');
  const start = take(count);
  const text = pool.toString('base64url', start, start + count);
  pool.fill(0, start, start + count);
  return text;
}
