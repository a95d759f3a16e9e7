import { closeSync, fstatSync, mkdirSync, openSync, realpathSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DestinationStream } from 'pino';
import { clock, iso } from '../clock/clock.ts';
import { errors } from '../errors/errors.ts';

const refuse = errors({
  'log.file': { kind: 'ServiceFailure', text: 'The log cannot be written to {path}: {why}. LOG_FILE names another.' },
});

/** At this size a file is put aside and begun anew. */
const largest = 50_000_000;

const reason = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown';

/** What is said once it works again. */
const noteOf = (dropped: number, why: string): string =>
  `${JSON.stringify({ level: 'warn', time: iso(clock.now()), dropped, why, message: 'lines of the log were dropped' })}\n`;

/**
 * Lines written whole and at once. What cannot be written is dropped and counted, never thrown: a full disk or a
 * reader that has gone must not end the process. The next line tries again, and then says how many are missing.
 * @param fdFor gives the descriptor for so many bytes more; may throw
 * @param failed called after an error
 */
function lines(fdFor: (bytes: number) => number, failed: () => void): DestinationStream {
  let dropped = 0;
  let why = '';
  let torn = false; // a part of a line is out, and must not run into the next
  const put = (text: string): void => {
    const bytes = Buffer.from(torn ? `\n${text}` : text);
    const fd = fdFor(bytes.length);
    for (let at = 0; at < bytes.length; torn = at < bytes.length) at += writeSync(fd, bytes, at);
  };
  return {
    write(line) {
      try {
        if (dropped > 0) {
          put(noteOf(dropped, why));
          dropped = 0;
        }
        put(line);
      } catch (error) {
        dropped += 1;
        why = reason(error);
        failed();
      }
    },
  };
}

/** Standard error, for the log. */
export const standardError = (fd = 2): DestinationStream =>
  lines(
    () => fd,
    () => undefined,
  );

/**
 * A file for the log, which only its owner may read: it tells who signed in from where. With the one put aside
 * (`path.1`) it takes at most twice `limit` bytes. One that somebody else has moved is begun anew at the latest then.
 * @throws log.file when it cannot be opened at the start; later that is one more error that drops a line
 */
export function logFile(path: string, limit = largest): DestinationStream {
  let fd: number | undefined;
  let size = 0;

  const close = (): void => {
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
  };
  const open = (): number => {
    fd = openSync(path, 'a', 0o600);
    size = fstatSync(fd).size;
    return fd;
  };
  const turn = (): void => {
    close();
    // Another process may have turned or removed it already; a device or a pipe stays what it is.
    const now = statSync(path, { throwIfNoEntry: false });
    if (!now?.isFile() || now.size === 0 || now.size < size) return;
    const file = realpathSync(path);
    renameSync(file, `${file}.1`);
  };

  try {
    mkdirSync(dirname(path), { recursive: true });
    open();
  } catch (error) {
    throw refuse('log.file', { values: { path, why: reason(error) }, cause: error });
  }
  return lines((bytes) => {
    if (fd === undefined) open();
    if (size + bytes > limit) turn();
    const now = fd ?? open();
    size += bytes;
    return now;
  }, close);
}
