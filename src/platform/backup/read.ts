import { createHmac, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { CarillonError } from '../errors/errors.ts';
import { errorCode } from '../secrets/files.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { backupErrors, backupKey, end, head, type Head, longestLine, tableLine } from './format.ts';

/** What stands in a backup, in its order. */
export type Entry =
  | { kind: 'head'; head: Head }
  | { kind: 'table'; table: string; columns: string[] }
  | { kind: 'row'; row: unknown[] };

/**
 * Reads a backup entry by entry, with flat memory. Only when it has ended without an error was the file whole, and
 * written by who has this keyring.
 * @throws backup.unreadable, backup.damaged
 */
export async function* readBackup(path: string, keyring: Pick<Keyring, 'derive'>): AsyncGenerator<Entry> {
  const damaged = (detail: string, cause?: unknown): Error =>
    backupErrors('backup.damaged', { field: 'file', values: { path }, detail, ...(cause !== undefined && { cause }) });
  const hash = createHmac('sha256', backupKey(keyring));
  let rows = 0;
  let width = 0;
  let state: 'head' | 'tables' | 'over' = 'head';
  for await (const line of linesOf(path, damaged)) {
    if (state === 'over') throw damaged('more after the end');
    const value = parsed(line, damaged);
    if (Array.isArray(value)) {
      if (state !== 'tables' || value.length !== width) throw damaged('a row out of place');
      rows++;
      yield { kind: 'row', row: value };
    } else if (state === 'head') {
      const first = head.safeParse(value);
      if (!first.success) throw damaged('no head');
      state = 'tables';
      yield { kind: 'head', head: first.data };
    } else {
      const table = tableLine.safeParse(value);
      if (table.success) {
        width = table.data.columns.length;
        yield { kind: 'table', ...table.data };
      } else {
        const last = end.safeParse(value);
        if (!last.success) throw damaged('a line of no known kind');
        if (last.data.rows !== rows || !timingSafeEqual(hash.digest(), Buffer.from(last.data.hmac, 'hex')))
          throw damaged('altered');
        state = 'over';
        continue;
      }
    }
    hash.update(`${line}\n`);
  }
  if (state !== 'over') throw damaged('cut short');
}

type Damaged = (detail: string, cause?: unknown) => Error;

async function* linesOf(path: string, damaged: Damaged): AsyncGenerator<string> {
  const file = createReadStream(path);
  const text = createGunzip();
  // An error of either ends the reader of lines: without this it would wait for ever, or end as if all were read.
  file.on('error', (error) => text.destroy(error));
  try {
    // Of the line that has begun; joined once, when its end is there.
    let parts: string[] = [];
    let length = 0;
    for await (const chunk of file.pipe(text).setEncoding('utf8')) {
      for (const [at, piece] of String(chunk).split('\n').entries()) {
        if (at > 0) {
          yield parts.join('');
          parts = [];
          length = 0;
        }
        length += piece.length;
        if (length > longestLine) throw damaged('a line that is too long');
        if (piece) parts.push(piece);
      }
    }
    if (parts.length > 0) throw damaged('the last line has no end');
  } catch (error) {
    if (error instanceof CarillonError) throw error;
    const code = errorCode(error);
    if (typeof code === 'string' && !code.startsWith('Z_')) {
      throw backupErrors('backup.unreadable', { field: 'file', values: { path, code }, cause: error });
    }
    throw typeof code === 'string' ? damaged('not gzip', error) : error;
  } finally {
    file.destroy();
  }
}

function parsed(line: string, damaged: Damaged): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw damaged('a line that is no JSON');
  }
}
