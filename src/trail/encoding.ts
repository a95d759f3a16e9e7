import { hash } from 'node:crypto';

/** A value of an encoding: numbers and booleans as they print, null apart from every text. */
export type Encodable = string | number | boolean | null;

/**
 * The one spelling of a list of values: a domain, which no two purposes share, then each value with its length before
 * it, so that no two lists are spelt alike. Both engines give the same bytes.
 */
export function encode(domain: string, values: readonly Encodable[]): Buffer {
  const all = Buffer.allocUnsafe(mostBytes(domain, values));
  return all.subarray(0, spell(all, domain, values));
}

/** SHA-256 of `encode`, in base64url. */
export function digestOf(domain: string, values: readonly Encodable[]): string {
  const room = mostBytes(domain, values);
  const all = room > paper.length ? Buffer.allocUnsafe(room) : paper;
  return hash('sha256', all.subarray(0, spell(all, domain, values)), 'base64url');
}

/** Where lists are spelt that are only hashed: one after another, and every record is several times. */
const paper = Buffer.allocUnsafeSlow(16_384);

/** UTF-8 takes three bytes at most for one unit of a JavaScript text. */
const perUnit = 3;
/** Bytes at most of a number or a boolean as it prints. */
const plainBytes = 32;

const mostBytes = (domain: string, values: readonly Encodable[]): number =>
  values.reduce<number>((sum, value) => sum + mostOf(value), mostOf(domain));

const mostOf = (value: Encodable): number => 5 + (typeof value === 'string' ? value.length * perUnit : plainBytes);

/** @returns where it ends */
function spell(all: Buffer, domain: string, values: readonly Encodable[]): number {
  let at = put(all, 0, domain);
  for (const value of values) at = put(all, at, value);
  return at;
}

function put(all: Buffer, at: number, value: Encodable): number {
  if (value === null) {
    all[at] = 0;
    return at + 1;
  }
  all[at] = 1;
  const bytes = all.write(typeof value === 'string' ? value : String(value), at + 5, 'utf8');
  all.writeUInt32BE(bytes, at + 1);
  return at + 5 + bytes;
}
