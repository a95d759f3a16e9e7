import { close, closeSync, fdatasync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

type ToDisk = (fd: number, done: (error: Error | null) => void) => void;

/** Answers of units that are in the log and, it may be, not on the disk. */
interface Group {
  answer: () => void;
  refuse: (error: unknown) => void;
}

/**
 * Brings the log of a SQLite file (WAL) to the disk, beside the event loop, and answers what was in it: with
 * `synchronous=FULL` the process would stand still for each COMMIT. What is committed while one sync is under way goes
 * with the next.
 */
export class Syncs {
  readonly #fd: number;
  readonly #toDisk: ToDisk;
  #waiting: Group[] = [];
  #under: Promise<void> | null = null;
  #broken: { error: unknown } | null = null;

  /** @param path of a database that is open in WAL mode: its log stays the same file until it is closed */
  constructor(path: string, toDisk: ToDisk = fdatasync) {
    this.#toDisk = toDisk;
    this.#fd = openSync(`${path}-wal`, 'r');
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder); // the log's own name
    closeSync(folder);
  }

  /** The sync that is under way; null when there is none. */
  get under(): Promise<void> | null {
    return this.#under;
  }

  /** @throws the disk's error, once a sync has failed: what it has lost it does not tell a second time */
  requireWhole(): void {
    if (this.#broken) throw this.#broken.error;
  }

  /**
   * Answers as soon as everything that is in the log now is on the disk.
   * @param lazy of units that need not wait for that: at once, unless something is on its way there, which they may have seen
   */
  add(group: Group, lazy = false): void {
    if (this.#broken) return group.refuse(this.#broken.error);
    if (lazy && !this.#under) return group.answer();
    this.#waiting.push(group);
    this.#under ??= this.#sync();
  }

  /** After the last answer. */
  async close(): Promise<void> {
    while (this.#under) await this.#under;
    await new Promise<void>((resolve) => close(this.#fd, () => resolve()));
  }

  async #sync(): Promise<void> {
    while (this.#waiting.length > 0) {
      const groups = this.#waiting;
      this.#waiting = [];
      const error = await new Promise<unknown>((resolve) => this.#toDisk(this.#fd, resolve));
      if (error) this.#broken ??= { error };
      for (const { answer, refuse } of groups) {
        if (this.#broken) refuse(this.#broken.error);
        else answer();
      }
    }
    this.#under = null;
  }
}
