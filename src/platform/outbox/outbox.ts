import { EventEmitter } from 'node:events';
import { clock } from '../clock/clock.ts';
import type { Database } from '../database/database.ts';
import { insertRow } from '../database/insert.ts';
import type { Writer } from '../database/unit.ts';
import { newId } from '../ids/ids.ts';
import { type OutboxEvent, OutboxEventTable } from './event.entity.ts';

export type Announcement = Pick<OutboxEvent, 'id' | 'topic' | 'subject' | 'payload' | 'createdAt'> & {
  /** Whether another process committed it. */
  isForeign?: boolean;
};
type Listener = (event: Announcement) => void;

/** Writes events in the unit that causes them, and tells this process the moment they are committed. */
export class Outbox {
  readonly #db: Database;
  readonly #emitter = new EventEmitter();

  constructor(db: Database) {
    this.#db = db;
    this.#emitter.setMaxListeners(0);
    db.hear((news) => this.#emitter.emit('event', { ...news, isForeign: true }));
  }

  /**
   * Publishes an event, to be called inside a unit of work. After the COMMIT, and before the unit's caller is
   * answered, every listener of this process hears it; a consumer handles it then, also after a crash.
   * @returns the event's id
   */
  async publish(m: Writer, topic: string, subject: string, payload: Record<string, unknown>): Promise<string> {
    const event = { id: newId(), topic, subject, payload, createdAt: clock.now() };
    await insertRow(m, OutboxEventTable, {
      ...event,
      state: 'ready',
      claimedUntil: null,
      attempts: 0,
      notBefore: 0,
      lastError: null,
    });
    this.#db.afterCommit(() => this.#emitter.emit('event', event));
    return event.id;
  }

  /** Tells every process something when the unit is committed (what to forget); there is nothing to be done for it. */
  announce(topic: string, subject: string, payload: Record<string, unknown> = {}): void {
    const event = { id: newId(), topic, subject, payload, createdAt: clock.now() };
    this.#db.tell(event);
    this.#db.afterCommit(() => this.#emitter.emit('event', event));
  }

  /**
   * Hears every event: those that this process commits before their caller is answered, those of other processes on
   * PostgreSQL a moment later. Synchronous, and must not throw. Gives the function that ends it.
   */
  listen(listener: Listener): () => void {
    this.#emitter.on('event', listener);
    return () => this.#emitter.off('event', listener);
  }
}
