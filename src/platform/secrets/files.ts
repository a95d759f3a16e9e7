import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** The system's code of a failed call, such as ENOENT. */
export const errorCode = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** Makes a folder that only its owner may enter. */
export function privateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}

interface WriteOptions {
  mode: number;
  /** Replace a file of this name; otherwise a file that is there stays, and the answer is false. */
  replace: boolean;
}

/**
 * Writes a file so that after a crash it is there whole or not at all.
 * @returns whether it was written
 */
export function writeWhole(path: string, content: string, { mode, replace }: WriteOptions): boolean {
  const part = join(dirname(path), `.${randomBytes(6).toString('hex')}.part`);
  try {
    const file = openSync(part, 'wx', mode);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (replace) renameSync(part, path);
    // A link fails where the name is taken: of two processes that start at once, one wins and neither loses keys.
    else linkSync(part, path);
  } catch (error) {
    if (!replace && errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(part, { force: true });
  }
  flushFolder(dirname(path));
  return true;
}

/** Makes the names in a folder outlast a crash of the machine. */
export function flushFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
