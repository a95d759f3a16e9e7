import { hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { secretsError } from './errors.ts';
import { errorCode, privateFolder, writeWhole } from './files.ts';

export interface Keyring {
  /** The id of the key that seals anew. */
  readonly current: string;
  /** The sealing key of an id, or undefined. */
  key(id: string): Buffer | undefined;
  /** 32 bytes for one purpose (HKDF-SHA256, RFC 5869), the same after every start. */
  derive(purpose: string): Buffer;
}

const fileName = 'keyring.json';
const keyBytes = 32;
const key = z.base64().transform((text, context) => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== keyBytes) context.addIssue({ code: 'custom', message: `a key has ${keyBytes} bytes` });
  return bytes;
});
const content = z
  .strictObject({ current: z.string(), keys: z.record(z.string().regex(/^[\w-]{1,64}$/), key), root: key })
  .refine((ring) => Object.hasOwn(ring.keys, ring.current), 'the current key is not among the keys');

/**
 * Opens the keyring of a folder; makes folder and keys on the first run.
 * @throws CarillonError secrets.keyringDamaged for a file that is there and is no keyring; it stays as it is
 */
export function openKeyring(folder: string): Keyring {
  const path = keyringPath(folder);
  privateFolder(folder);
  const text = readIfThere(path) ?? makeKeyring(path);
  const parsed = content.safeParse(readJson(text));
  if (!parsed.success) {
    // The issues name places, never values.
    const places = parsed.error.issues.map((issue) => issue.code).join(', ');
    throw secretsError('secrets.keyringDamaged', { detail: `${fileName}: ${places}` });
  }
  const { current, keys, root } = parsed.data;
  return {
    current,
    key: (id) => (Object.hasOwn(keys, id) ? keys[id] : undefined),
    derive: (purpose) => Buffer.from(hkdfSync('sha256', root, '', purpose, keyBytes)),
  };
}

export const keyringPath = (folder: string): string => join(folder, fileName);

/** Copies a folder's keyring into a file that is not there yet. @throws secrets.fileThere */
export function copyKeyring(folder: string, to: string): void {
  placeFile(to, readFileSync(keyringPath(folder), 'utf8'));
}

/**
 * Makes the keyring in a file that of a folder which has none.
 * @throws secrets.fileThere for a folder with another; secrets.keyringDamaged for a file that is none
 */
export function placeKeyring(folder: string, from: string): void {
  const text = readIfThere(from) ?? '';
  if (!content.safeParse(readJson(text)).success) {
    throw secretsError('secrets.keyringDamaged', { detail: `${from} is no keyring` });
  }
  privateFolder(folder);
  placeFile(keyringPath(folder), text);
}

function placeFile(path: string, text: string): void {
  if (writeWhole(path, text, { mode: 0o600, replace: false }) || readFileSync(path, 'utf8') === text) return;
  throw secretsError('secrets.fileThere', { values: { path } });
}

const newKey = (): string => randomBytes(keyBytes).toString('base64');

function makeKeyring(path: string): string {
  const id = randomBytes(4).toString('hex');
  const ring = { current: id, keys: { [id]: newKey() }, root: newKey() };
  writeWhole(path, `${JSON.stringify(ring, null, 2)}\n`, { mode: 0o600, replace: false });
  // Read back rather than returned: another process may have been first.
  return readFileSync(path, 'utf8');
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
