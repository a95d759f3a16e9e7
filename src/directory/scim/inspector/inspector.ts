import { setTimeout as pause } from 'node:timers/promises';
import { clock } from '../../../platform/clock/clock.ts';
import { chunks } from '../../../platform/database/chunks.ts';
import { asCarillonError } from '../../../platform/http/errors.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { CarillonError } from '../../../platform/errors/errors.ts';
import type { ScimReply } from '../http/request.ts';
import type { ScimKey } from '../keys/key.entity.ts';
import { keepCounts, keepRequests } from './keep.ts';
import { Lying } from './last.ts';
import { Seen } from './seen.ts';
import { Waiting } from './waiting.ts';

/** What was noted is written this much later; while much comes, later, since a key's oldest never need to be. */
const flushMs = 1_000;
const busyFlushMs = 5_000;
const busy = 200;
/** Requests of one unit of work: soon done, so that no directory waits for it. */
const batch = 25;
/** Between two units it rests so many times as long as the last one took: directories have the most of the process. */
const restTimes = 2;
/** Of all its units together. */
const mostRestMs = 3_000;
/** A flood of refusals by rate is one line a minute. */
const floodMs = 60_000;
/** How often a request that cannot be written is tried. */
const mostTries = 5;

/**
 * Keeps the last requests of each key for the administrator: noted while they are answered, written a moment later in
 * batches. It is a diagnosis and no record: what a dead process had not written is lost, and nothing waits for it.
 */
export class Inspector {
  readonly #ground: Ground;
  readonly #waiting = new Waiting();
  readonly #lying = new Lying();
  readonly #floods = new Map<string, Seen>();
  #timer: NodeJS.Timeout | null = null;
  #flushed: Promise<void> = Promise.resolve();
  /** Callers that wait until everything is written. */
  #hurried = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Begins to watch a request whose key was good. */
  begin(key: ScimKey, method: string, url: URL): Seen {
    return new Seen(key, method, url);
  }

  /** Takes what was noted of a request that was answered, or refused. */
  end(seen: Seen, outcome: ScimReply | CarillonError): void {
    seen.end(outcome);
    if (outcome instanceof Error && outcome.kind === 'Throttled' && this.#isFlood(seen)) return;
    this.#take(seen);
  }

  /** Everything that was noted before this call is written when it answers; it never throws. */
  async flush(): Promise<void> {
    this.#hurried++;
    try {
      await this.#writeNext();
    } finally {
      this.#hurried--;
    }
  }

  async stop(): Promise<void> {
    await this.flush();
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** Counts a refusal by rate that follows another of the same minute. */
  #isFlood(seen: Seen): boolean {
    const first = this.#floods.get(seen.key.id);
    if (!first || seen.at - first.at >= floodMs) {
      this.#floods.set(seen.key.id, seen);
      return false;
    }
    first.times++;
    first.lastAt = seen.at;
    this.#in(flushMs);
    return true;
  }

  #writeNext(): Promise<void> {
    this.#flushed = this.#flushed.then(() => this.#write());
    return this.#flushed;
  }

  async #write(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const all = this.#waiting.take();
    // Before anybody who comes meanwhile asks for it sooner.
    if (all.length >= busy) this.#in(busyFlushMs);
    for (const seen of await this.#keep(all)) {
      // A key may have gone meanwhile: that is seen at the next try.
      if (++seen.tries < mostTries) this.#take(seen);
    }
    try {
      await keepCounts(this.#ground, [...this.#floods.values()]);
    } catch (error) {
      this.#ground.log.warn({ error }, 'inspector: could not count what directories sent');
    }
    const now = clock.now();
    for (const [keyId, { at }] of this.#floods) if (now - at > floodMs) this.#floods.delete(keyId);
  }

  /** Writes these requests; of a batch that cannot be, each by itself. @returns those that are not written */
  async #keep(all: readonly Seen[]): Promise<Seen[]> {
    let isAway = false;
    const keep = async (some: readonly Seen[]): Promise<Seen[]> => {
      if (isAway) return [...some];
      try {
        await keepRequests(this.#ground, this.#lying, some);
        return [];
      } catch (error) {
        this.#ground.log.warn({ error, requests: some.length }, 'inspector: could not write what directories sent');
        isAway = asCarillonError(error).kind === 'ServiceUnavailable';
      }
      if (some.length === 1) return [...some];
      const left: Seen[] = [];
      for (const seen of some) left.push(...(await keep([seen])));
      return left;
    };
    const left: Seen[] = [];
    const mostMs = (mostRestMs * batch) / Math.max(batch, all.length);
    for (const some of chunks(all, batch)) {
      const began = performance.now();
      left.push(...(await keep(some)));
      if (this.#hurried === 0) await pause(Math.min(restTimes * (performance.now() - began), mostMs));
    }
    return left;
  }

  #take(seen: Seen): void {
    this.#waiting.add(seen);
    this.#in(flushMs);
  }

  #in(milliseconds: number): void {
    this.#timer ??= setTimeout(() => void this.#writeNext(), milliseconds).unref();
  }
}
