import { hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { secretsError } from './errors.ts';
import { errorCode, privateFolder, writeWhole } from './files.ts';

export interface Keyring {
  /** The id of the key that seals anew; another from the moment that a command has changed it. */
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
type Content = z.output<typeof content>;

/**
 * Opens the keyring of a folder; makes folder and keys on the first run. A change by a command is seen at once.
 * @throws CarillonError secrets.keyringDamaged for a file that is there and is no keyring; it stays as it is
 */
export function openKeyring(folder: string): Keyring {
  const path = keyringPath(folder);
  privateFolder(folder);
  if (readIfThere(path) === undefined) makeKeyring(path);
  return keyringAt(path);
}

/** Opens the keyring of a folder that has one, and makes nothing. @throws secrets.keyringDamaged */
export const openKeyringIfThere = (folder: string): Keyring | null =>
  readIfThere(keyringPath(folder)) === undefined ? null : keyringAt(keyringPath(folder));

function keyringAt(path: string): Keyring {
  let stamp = stampOf(path);
  let ring = readKeyring(path);
  const derived = new Map<string, Buffer>();
  const fresh = (): Content => {
    const now = stampOf(path);
    if (now === stamp || now === null) return ring;
    ring = readKeyring(path);
    stamp = now;
    derived.clear();
    return ring;
  };
  const held = (id: string): Buffer | undefined => (Object.hasOwn(ring.keys, id) ? ring.keys[id] : undefined);
  return {
    get current() {
      return fresh().current;
    },
    key: (id) => held(id) ?? (fresh(), held(id)),
    derive(purpose) {
      const known = derived.get(purpose) ?? Buffer.from(hkdfSync('sha256', ring.root, '', purpose, keyBytes));
      derived.set(purpose, known);
      return known;
    },
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

/**
 * Adds a sealing key, which becomes the current one; the others still open. To be called by one at a time.
 * @returns its id
 * @throws secrets.keyringDamaged
 */
export function addSealingKey(folder: string): string {
  const path = join(folder, fileName);
  const ring = readKeyring(path);
  const id = newKeyId();
  writeKeyring(path, { ...ring, current: id, keys: { ...ring.keys, [id]: randomBytes(keyBytes) } });
  return id;
}

/** The ids of the sealing keys that are not the current one. @throws secrets.keyringDamaged */
export function olderSealingKeys(folder: string): string[] {
  const { current, keys } = readKeyring(join(folder, fileName));
  return Object.keys(keys).filter((id) => id !== current);
}

/** Takes sealing keys away for good; never the current one. To be called by one at a time. @throws secrets.keyringDamaged */
export function removeSealingKeys(folder: string, ids: readonly string[]): void {
  const path = join(folder, fileName);
  const ring = readKeyring(path);
  const left = Object.entries(ring.keys).filter(([id]) => id === ring.current || !ids.includes(id));
  writeKeyring(path, { ...ring, keys: Object.fromEntries(left) });
}

/** Changes whenever another file is put in its place; null while there is none to be seen. */
function stampOf(path: string): string | null {
  const file = statSync(path, { throwIfNoEntry: false });
  return file ? `${file.ino}/${file.mtimeMs}/${file.size}` : null;
}

function readKeyring(path: string): Content {
  const parsed = content.safeParse(readJson(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  // The issues name places, never values.
  const places = parsed.error.issues.map((issue) => issue.code).join(', ');
  throw secretsError('secrets.keyringDamaged', { detail: `${fileName}: ${places}` });
}

const newKeyId = (): string => randomBytes(4).toString('hex');

const textOf = ({ current, keys, root }: Content): string => {
  const encoded = Object.entries(keys).map(([id, bytes]) => [id, bytes.toString('base64')]);
  const file = { current, keys: Object.fromEntries(encoded) as unknown, root: root.toString('base64') };
  return `${JSON.stringify(file, null, 2)}\n`;
};

const writeKeyring = (path: string, ring: Content): boolean =>
  writeWhole(path, textOf(ring), { mode: 0o600, replace: true });

/** Of two processes that start at once one writes, and both read the same. */
function makeKeyring(path: string): void {
  const id = newKeyId();
  const ring = { current: id, keys: { [id]: randomBytes(keyBytes) }, root: randomBytes(keyBytes) };
  writeWhole(path, textOf(ring), { mode: 0o600, replace: false });
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
