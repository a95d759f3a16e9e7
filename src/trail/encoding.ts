import { createHash } from 'node:crypto';

/** A value of an encoding: numbers and booleans as they print, null apart from every text. */
export type Encodable = string | number | boolean | null;

/**
 * The one spelling of a list of values: a domain, which no two purposes share, then each value with its length before
 * it, so that no two lists are spelt alike. Both engines give the same bytes.
 */
export function encode(domain: string, values: readonly Encodable[]): Buffer {
  return Buffer.concat([domain, ...values].map(field));
}

/** SHA-256 of `encode`, in base64url. */
export const digestOf = (domain: string, values: readonly Encodable[]): string =>
  createHash('sha256').update(encode(domain, values)).digest('base64url');

const absent = Buffer.from([0]);

function field(value: Encodable): Buffer {
  if (value === null) return absent;
  const text = Buffer.from(String(value), 'utf8');
  const head = Buffer.alloc(5);
  head[0] = 1;
  head.writeUInt32BE(text.length, 1);
  return Buffer.concat([head, text]);
}
