import { isUtf8 } from 'node:buffer';

/**
 * An objectGUID as people write it (MS-DTYP 2.3.4): the first three groups are stored with their bytes reversed.
 * @throws Error for what has no 16 bytes
 */
export function guidText(bytes: Buffer): string {
  if (bytes.length !== 16) throw new Error(`an objectGUID of ${bytes.length} bytes`);
  const hex = (from: number, to: number): string => bytes.subarray(from, to).toString('hex');
  const turned = (from: number, to: number): string =>
    Buffer.from(bytes.subarray(from, to).toReversed()).toString('hex');
  return `${turned(0, 4)}-${turned(4, 6)}-${turned(6, 8)}-${hex(8, 10)}-${hex(10, 16)}`;
}

const longestId = 64;

/**
 * What an entry is known by for good, as text: objectGUID as people write it, entryUUID and its like as they are. Bytes
 * that are no text (UTF-8, without control characters) are written in hexadecimal, so that no two become one.
 * @returns null for none, and for what is too long to be one
 */
export function idText(attribute: string, value: Buffer | undefined): string | null {
  if (!value?.length || value.length > longestId) return null;
  if (isGuid(attribute)) return value.length === 16 ? guidText(value) : null;
  return isPlain(value) ? value.toString('utf8').toLowerCase() : `${binary}${value.toString('hex')}`;
}

/** The value that `idText` made this text of, as a filter wants it. */
export function idValue(attribute: string, id: string): string | Buffer {
  if (isGuid(attribute)) return guidBytes(id);
  return id.startsWith(binary) ? Buffer.from(id.slice(binary.length), 'hex') : id;
}

/** Before the hexadecimal digits of an id that is no text. */
const binary = '0x';
const isGuid = (attribute: string): boolean => attribute.toLowerCase() === 'objectguid';
/** What begins like one of ours in hexadecimal is written so too. */
const isPlain = (value: Buffer): boolean =>
  isUtf8(value) && !/\p{Cc}/u.test(value.toString('utf8')) && !value.toString('utf8').startsWith(binary);

/** The bytes of an objectGUID that `guidText` wrote, as a filter wants them. */
export function guidBytes(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  if (bytes.length !== 16) throw new Error('no objectGUID');
  return Buffer.concat([
    bytes.subarray(0, 4).toReversed(),
    bytes.subarray(4, 6).toReversed(),
    bytes.subarray(6, 8).toReversed(),
    bytes.subarray(8),
  ]);
}

/** A security identifier (MS-DTYP 2.4.2) as `S-1-5-21-…-512`. */
export function sidText(bytes: Buffer): string {
  const authority = bytes.readUIntBE(2, 6);
  const parts = Array.from({ length: bytes[1] ?? 0 }, (_, i) => bytes.readUInt32LE(8 + 4 * i));
  return ['S', bytes[0], authority, ...parts].join('-');
}
