import { setTimeout as pause } from 'node:timers/promises';

/** So many of a directory's last binds are remembered. */
const mostKept = 32;
/** Nobody waits longer than this for an answer that is no. */
const longestMs = 2_000;

/**
 * How long a directory takes over the password of an entry that it has; one a process. OpenLDAP refuses a DN that it does
 * not have at once, and an entry's wrong password after a hash, which may be slow on purpose: whoever is nobody waits as
 * long as somebody has just waited, so that the time tells no stranger who exists.
 */
export class BindTimes {
  readonly #last = new Map<string, number[]>();

  /** Remembers how long a bind of an entry took, by its directory. */
  took(directoryId: string, ms: number): void {
    const last = this.#last.get(directoryId) ?? [];
    last.push(Math.min(ms, longestMs));
    if (last.length > mostKept) last.shift();
    this.#last.set(directoryId, last);
  }

  /** How much longer a bind of nobody that took so long must be to be as one of somebody was; 0 while none is known. */
  owed(directoryId: string, ms: number): number {
    const last = this.#last.get(directoryId) ?? [];
    const one = last[Math.floor(Math.random() * last.length)] ?? 0;
    return Math.max(0, one - ms);
  }

  /** Runs the bind of an entry. */
  async ofSomebody<T>(directoryId: string, bind: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const answer = await bind();
    this.took(directoryId, performance.now() - began);
    return answer;
  }

  /** Runs the bind of a DN that no entry has, and waits for what is owed. */
  async ofNobody(directoryId: string, bind: () => Promise<unknown>): Promise<void> {
    const began = performance.now();
    await bind();
    await pause(this.owed(directoryId, performance.now() - began));
  }
}
