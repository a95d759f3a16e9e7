import { hash } from 'node:crypto';

/** A value of an encoding: numbers and booleans as they print, null apart from every text. */
export type Encodable = string | number | boolean | null;

/**
 * The one spelling of a list of values: a domain, which no two purposes share, then each value with its length before
 * it, so that no two lists are spelt alike. Both engines give the same bytes.
 */
export function encode(domain: string, values: readonly Encodable[]): Buffer {
  const texts = [domain, ...values].map((value) => (value === null ? null : String(value)));
  const all = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + 5 + (text?.length ?? 0) * mostBytes, 0));
  let at = 0;
  for (const text of texts) {
    if (text === null) {
      all[at++] = 0;
      continue;
    }
    all[at] = 1;
    const bytes = all.write(text, at + 5, 'utf8');
    all.writeUInt32BE(bytes, at + 1);
    at += 5 + bytes;
  }
  return all.subarray(0, at);
}

/** Bytes that UTF-8 takes at most for one unit of a JavaScript text. */
const mostBytes = 3;

/** SHA-256 of `encode`, in base64url. */
export const digestOf = (domain: string, values: readonly Encodable[]): string =>
  hash('sha256', encode(domain, values), 'base64url');
