import { existsSync, mkdirSync, opendirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { iso } from '../../platform/clock/clock.ts';
import { errorCode, writeWhole } from '../../platform/secrets/files.ts';
import type { Digest } from './digest.entity.ts';

/** A chain's digests, a folder a month: `{chain}/{2026-11}/{number}-{end of the hour}.jws`. */
const folderOf = (root: string, { chainId, until }: Pick<Digest, 'chainId' | 'until'>): string =>
  join(root, chainId, iso(until).slice(0, 7));

const nameOf = ({ number, until }: Pick<Digest, 'number' | 'until'>): string =>
  `${number}-${iso(until).slice(0, 16).replaceAll(/[-:]/g, '')}Z.jws`;

/** Writes a digest where an operator can copy it away: whole, or not at all. */
export function writeDigestFile(root: string, digest: Digest): void {
  const folder = folderOf(root, digest);
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  writeWhole(join(folder, nameOf(digest)), `${digest.jws}\n`, { mode: 0o640, replace: true });
}

/** The digest's file; null when it is not there any more. */
export function readDigestFile(root: string, digest: Digest): string | null {
  try {
    return readFileSync(join(folderOf(root, digest), nameOf(digest)), 'utf8').trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The files of a chain's digests above a number: there are none, unless digests were taken out of the database. */
export function* filesAbove(root: string, chainId: string, number: number): Generator<{ path: string; jws: string }> {
  for (const month of entriesOf(join(root, chainId))) {
    for (const name of entriesOf(join(root, chainId, month))) {
      const found = /^(\d+)-.*\.jws$/.exec(name);
      const path = join(root, chainId, month, name);
      if (found && Number(found[1]) > number) yield { path, jws: readFileSync(path, 'utf8').trim() };
    }
  }
}

function* entriesOf(folder: string): Generator<string> {
  if (!existsSync(folder)) return;
  const opened = opendirSync(folder);
  try {
    for (let entry = opened.readSync(); entry; entry = opened.readSync()) yield entry.name;
  } finally {
    opened.closeSync();
  }
}

/** The public key beside the other keys, for whoever verifies digests elsewhere. */
export function writePublicKey(certsDir: string, publicKey: string): void {
  const path = join(certsDir, 'trail-public.pem');
  if (existsSync(path) && readFileSync(path, 'utf8') === publicKey) return;
  writeWhole(path, publicKey, { mode: 0o644, replace: true });
}
