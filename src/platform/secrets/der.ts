/** The few types of ASN.1 DER (X.690) that a certificate needs; each function gives an encoded value. */

function encode(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  const significant = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.from([0x80 | significant.length]), significant]);
}

export const sequence = (...items: Buffer[]): Buffer => encode(0x30, Buffer.concat(items));
export const set = (...items: Buffer[]): Buffer => encode(0x31, Buffer.concat(items));
export const boolean = (value: boolean): Buffer => encode(0x01, Buffer.from([value ? 0xff : 0]));
export const octets = (content: Buffer): Buffer => encode(0x04, content);
export const utf8 = (text: string): Buffer => encode(0x0c, Buffer.from(text));

/** A value that is not negative, from its big-endian bytes. */
export function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = first < 0 ? Buffer.from([0]) : bytes.subarray(first);
  return encode(0x02, short[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), short]) : short);
}

export const bits = (content: Buffer, unused = 0): Buffer =>
  encode(0x03, Buffer.concat([Buffer.from([unused]), content]));

/** An object identifier, as `1.2.840.10045`. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return encode(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

/** A time for a certificate: UTCTime through 2049, GeneralizedTime after (RFC 5280 §4.1.2.5). */
export function time(milliseconds: number): Buffer {
  const date = new Date(milliseconds);
  const digits = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return date.getUTCFullYear() < 2050 ? encode(0x17, Buffer.from(digits.slice(2))) : encode(0x18, Buffer.from(digits));
}

/** `[number]` around a value. */
export const explicit = (number: number, value: Buffer): Buffer => encode(0xa0 | number, value);
/** `[number]` in place of the tag of a primitive value. */
export const implicit = (number: number, content: Buffer): Buffer => encode(0x80 | number, content);
