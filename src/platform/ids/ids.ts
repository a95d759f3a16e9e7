import { hash, randomBytes, randomInt } from 'node:crypto';

let lastTime = 0;
let sequence = 0;

/**
 * A UUID of version 7 (RFC 9562 §5.7, with a counter in the bits after the time: §6.2, method 1). Ids made later by
 * this process sort later, so new rows land at the end of an index and events of one subject keep their order.
 */
export function newId(): string {
  const now = Date.now();
  if (now > lastTime) {
    lastTime = now;
    sequence = randomInt(0x400);
  } else if (++sequence > 0xfff) {
    lastTime++; // more ids than the counter holds: the time runs ahead by a millisecond
    sequence = 0;
  }
  const bytes = sixteenRandom();
  bytes.writeUIntBE(lastTime, 0, 6);
  bytes.writeUInt16BE(0x7000 | sequence, 6);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Ids that were made before that time sort before this: what is old is found by its id. */
export function idAt(time: number): string {
  const hex = Math.max(0, Math.trunc(time)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}`;
}

/** Random bytes are asked of the system by the block; each is given out once. */
const blockBytes = 4_096;
let block = Buffer.alloc(0);

function sixteenRandom(): Buffer {
  if (block.length === 0) block = randomBytes(blockBytes);
  const taken = block.subarray(0, 16);
  block = block.subarray(16);
  return taken;
}

/** Twelve random digits, the first not 0: an organisation's id (the guide's "AWS account ID"). */
export const newOrganisationId = (): string => String(randomInt(100_000_000_000, 999_999_999_999));

/** 256 bits that nobody can guess, in base64url. */
export const newToken = (prefix = ''): string => prefix + randomBytes(32).toString('base64url');

/** What is kept of a token of full entropy: its SHA-256, in base64url. */
export const hashToken = (token: string): string => hash('sha256', token, 'base64url');
