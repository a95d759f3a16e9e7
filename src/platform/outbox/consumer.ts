import { setTimeout as pause } from 'node:timers/promises';
import { clock } from '../clock/clock.ts';
import { type Database, lazily } from '../database/database.ts';
import { firstRow, later, rows } from '../database/run.ts';
import { asRows } from '../database/select.ts';
import { isOneOf, list, Sql, sql } from '../database/sql.ts';
import { faultPoint } from '../fault-points/fault-points.ts';
import type { Log } from '../log/log.ts';
import { type OutboxEvent, OutboxEventTable } from './event.entity.ts';
import type { Outbox } from './outbox.ts';

export type Handler = (event: OutboxEvent) => Promise<void>;

const batchSize = 100;
/** In the text: by a limit that is bound SQLite compiles a statement anew at each run. */
const batchLimit = new Sql([String(batchSize)], []);
/** A claim not finished by then belongs to a process that died. */
const claimMs = 30_000;
/** Two processes that claim in the same millisecond mostly differ by this, so that each knows its own claims. */
const spreadMs = 1_000;
const longestPauseMs = 60_000;
/** While events keep coming they are claimed this often, many at a time; the first of them at once. */
const roundMs = 10;

/**
 * Handles committed events: at least once, in order per subject, again after a failure or a crash. So what it writes of
 * them is lazy, but for claims among others, which hold them off: nobody who is waiting for the disk waits for two.
 */
export class Consumer {
  readonly #db: Database;
  readonly #log: Log;
  readonly #handlers: ReadonlyMap<string, Handler>;
  readonly #timer: NodeJS.Timeout;
  readonly #deaf: () => void;
  #gaps: number;
  #working: Promise<void> | null = null;
  /** What was handled and is not marked yet, and the unit that will mark all of it. */
  #handled: OutboxEvent[] = [];
  #marking: Promise<void> | null = null;
  /** Claims of this process that nobody has in hand any more, as the database was away when they were to be kept or ended. */
  readonly #lost = new Set<number>();
  #again = false;
  /** Whether an event is known to be there, so that nobody need look whether one is. */
  #isThere = false;
  #polls = 0;
  #blind = false;
  #unable = false;
  #stopped = false;

  /**
   * @param handlers topic → what to do; events of other topics are done at once
   * @param onForeign called when another process may have done what nobody told, so that memory may be forgotten
   */
  constructor(
    db: Database,
    outbox: Outbox,
    log: Log,
    handlers: ReadonlyMap<string, Handler>,
    onForeign: () => void,
    pollMs = 200,
  ) {
    this.#db = db;
    this.#log = log;
    this.#handlers = handlers;
    this.#gaps = db.gaps();
    if (db.engine === 'sqlite') this.#working = this.#takeBack();
    this.#deaf = outbox.listen(({ topic, isForeign }) => {
      if (!handlers.has(topic)) return;
      this.#isThere ||= !isForeign;
      this.wake();
    });
    this.#timer = setInterval(() => this.#poll(onForeign), pollMs);
  }

  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
      if (this.#again) this.wake();
    });
  }

  /** Ends after the events in hand; the rest waits in the table. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#deaf();
    clearInterval(this.#timer);
    await this.#working;
    await this.#takeBackLost().catch((error: unknown) => {
      this.#log.error({ error }, 'outbox: what was claimed waits until the claim runs out');
    });
  }

  /** Nobody awaits the timer: what it throws would end the process. */
  #poll(onForeign: () => void): void {
    try {
      const gaps = this.#db.gaps();
      this.#blind = false;
      if (gaps !== this.#gaps) {
        onForeign();
        this.#gaps = gaps;
        this.wake();
      } else if (++this.#polls % 10 === 0) this.wake(); // what was put off, or left by a process that died
    } catch (error) {
      if (!this.#blind) this.#log.error({ error }, 'outbox: could not look for commits of other processes');
      this.#blind = true; // said once, not five times a second
    }
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const next = performance.now() + roundMs;
      try {
        await this.#takeBackLost();
        const claimedUntil = clock.now() + claimMs + Math.floor(Math.random() * spreadMs);
        const events = await this.#claim(claimedUntil);
        this.#unable = false;
        if (events.length === batchSize) this.#again = this.#isThere = true;
        const bySubject = Map.groupBy(events, (event) => event.subject);
        await Promise.all([...bySubject.values()].map((queue) => this.#inHand(queue)));
        const left = next - performance.now();
        if (events.length > 0 && left > 1 && !this.#stopped) await pause(left);
      } catch (error) {
        if (!this.#unable) this.#log.error({ error }, 'outbox: could not claim events');
        this.#unable = true; // said once, until it can again
        return;
      }
    }
  }

  /** What a server that died had claimed is ready again: of one SQLite file there is one server. */
  async #takeBack(): Promise<void> {
    try {
      await this.#db.write((m) =>
        rows(m, sql`UPDATE "outbox" SET "state" = 'ready', "claimedUntil" = NULL WHERE "state" = 'claimed'`),
      );
    } catch (error) {
      this.#log.error({ error }, 'outbox: could not take claims back');
    } finally {
      this.#working = null;
      this.wake();
    }
  }

  /**
   * An event whose elder of the same subject is not done yet waits for it. Of one SQLite file there is one server, and it has
   * nothing in hand when it looks for more: there nothing is written of what it takes.
   */
  async #claim(claimedUntil: number): Promise<OutboxEvent[]> {
    const now = clock.now();
    const isThere = this.#isThere;
    this.#isThere = false;
    if (!isThere && !(await firstRow(this.#db.read, sql`SELECT "id" FROM "outbox" WHERE ${dueAt(now)} LIMIT 1`)))
      return [];
    // In a unit of its own, so that what this process has committed is on the disk before anybody is told of it.
    if (this.#db.engine === 'sqlite') {
      const found = await this.#db.write((m) => rows<OutboxEvent>(m, sql`SELECT * ${nextAt(now, sql`"id"`)}`), lazily);
      const events = asRows(OutboxEventTable, found).map((event) => ({ ...event, attempts: event.attempts + 1 }));
      return events.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    }
    return this.#claimAmongOthers(now, claimedUntil);
  }

  /**
   * Processes claim one after another: one that passed over what another is about to claim would not see that an elder waits
   * there. Their clocks differ, and those who publish about one subject wait for each other: a counter tells the order. What is
   * next is asked for once (ARRAY), however many the server believes to be due.
   */
  async #claimAmongOthers(now: number, claimedUntil: number): Promise<OutboxEvent[]> {
    this.#lost.add(claimedUntil); // until the answer is here: it may be stored without one
    const claimed = await this.#db.write(async (m) => {
      await this.#db.alone('outbox claims');
      return rows<OutboxEvent & { position: string | number }>(
        m,
        sql`UPDATE "outbox" SET "state" = 'claimed', "claimedUntil" = ${claimedUntil}, "attempts" = "attempts" + 1
            WHERE ${dueAt(now)} AND "id" = ANY(ARRAY(SELECT "id" ${nextAt(now, sql`"position"`)})) RETURNING *`,
      );
    });
    this.#lost.delete(claimedUntil);
    const orders = new Map(claimed.map(({ id, position }) => [id, Number(position)]));
    return asRows(OutboxEventTable, claimed).toSorted((a, b) => orders.get(a.id)! - orders.get(b.id)!);
  }

  /** What could not even be put off is lost, and taken back as soon as the database is there again. */
  async #inHand(queue: OutboxEvent[]): Promise<void> {
    try {
      await this.#inOrder(queue);
    } catch (error) {
      if (queue[0]?.claimedUntil) this.#lost.add(queue[0].claimedUntil);
      this.#log.error({ error }, 'outbox: could not put events off');
    }
  }

  /** To be called while nothing is in hand. A commit may come late, so a claim is looked for until it has run out. */
  async #takeBackLost(): Promise<void> {
    if (this.#lost.size === 0) return;
    const which = sql`"state" = 'claimed' AND "claimedUntil" IN (${list([...this.#lost])})`;
    if (await firstRow(this.#db.read, sql`SELECT 1 FROM "outbox" WHERE ${which} LIMIT 1`)) {
      await this.#db.write((m) =>
        rows(m, sql`UPDATE "outbox" SET "state" = 'ready', "claimedUntil" = NULL WHERE ${which}`),
      );
    }
    for (const claimedUntil of this.#lost) if (claimedUntil < clock.now()) this.#lost.delete(claimedUntil);
  }

  async #inOrder(queue: OutboxEvent[]): Promise<void> {
    for (const event of queue) {
      try {
        faultPoint('outbox.claimed', event.topic);
        await this.#handlers.get(event.topic)?.(event);
        faultPoint('outbox.handled', event.topic);
        await this.#done(event);
      } catch (error) {
        this.#log.error({ error, topic: event.topic, event: event.id }, 'outbox: a handler failed');
        const putOff = Math.min(longestPauseMs, 2 ** event.attempts * 100);
        await this.#db.write((m) =>
          m.update(OutboxEventTable, own(event), {
            state: 'ready',
            claimedUntil: null,
            attempts: event.attempts,
            notBefore: clock.now() + putOff,
            lastError: String(error).slice(0, 500),
          }),
        );
        await this.#release(queue.slice(queue.indexOf(event) + 1));
        return;
      }
    }
  }

  /** Marks an event as done, together with all others that are handled by the time that the unit begins. */
  #done(event: OutboxEvent): Promise<void> {
    this.#handled.push(event);
    if (this.#marking) return this.#marking;
    let taken: OutboxEvent[] | null = null; // a unit may run again: then it marks the same
    this.#marking = this.#db.write(async (m) => {
      if (!taken) {
        taken = this.#handled;
        this.#handled = [];
        this.#marking = null;
      }
      for (const [until, some] of Map.groupBy(taken, ({ claimedUntil }) => claimedUntil)) {
        const ids = isOneOf(
          atLeast(
            guessed,
            some.map(({ id }) => id),
          ),
        );
        const counted = until === null ? sql`, "attempts" = "attempts" + 1` : sql``;
        await later(
          m,
          sql`UPDATE "outbox" SET "state" = 'done', "claimedUntil" = NULL, "lastError" = NULL ${counted}
              WHERE "id" ${ids} AND ${until === null ? sql`"state" = 'ready'` : sql`"claimedUntil" = ${until}`}`,
        );
      }
    }, lazily);
    return this.#marking;
  }

  async #release(events: OutboxEvent[]): Promise<void> {
    if (this.#db.engine === 'sqlite') return; // they are as they were
    await this.#db.write(async (m) => {
      for (const event of events) {
        await m.update(OutboxEventTable, own(event), { state: 'ready', claimedUntil: null });
      }
    });
  }
}

/** An event as long as it is ours: a claim that ran out may be somebody else's by now. */
const own = ({ id, claimedUntil }: OutboxEvent): Partial<OutboxEvent> =>
  claimedUntil === null ? { id, state: 'ready' } : { id, claimedUntil };

/** PostgreSQL guesses that a list has ten values, and plans anew each time for one that it sees is shorter. */
const guessed = 12;
const atLeast = (count: number, ids: string[]): string[] =>
  ids.concat(Array<string>(Math.max(0, count - ids.length)).fill(ids[0]!));

/** What may be done now, as far as the row itself tells. */
const dueAt = (now: number): Sql =>
  sql`"state" <> 'done' AND "notBefore" <= ${now} AND ("state" = 'ready' OR "claimedUntil" < ${now})`;

/** `FROM` the events that are next, none of which has an elder of its subject that is put off or in somebody's hand. */
const nextAt = (now: number, order: Sql): Sql =>
  sql`FROM "outbox" AS "e" WHERE ${dueAt(now)} AND NOT EXISTS (
        SELECT 1 FROM "outbox" AS "elder" WHERE "elder"."subject" = "e"."subject" AND "elder".${order} < "e".${order}
        AND "elder"."state" <> 'done' AND ("elder"."notBefore" > ${now} OR "elder"."claimedUntil" >= ${now}))
      ORDER BY "createdAt", "e".${order} LIMIT ${batchLimit}`;
