import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, json, longText, text, time } from '../database/columns.ts';

/** Something that was committed, and that others must still be told. */
export interface OutboxEvent {
  id: string;
  topic: string;
  /** What it is about: events with the same subject are handled in their order. */
  subject: string;
  payload: Record<string, unknown>;
  createdAt: number;
  state: 'ready' | 'claimed' | 'done';
  claimedUntil: number | null;
  attempts: number;
  /** The earliest time of the next try. */
  notBefore: number;
  lastError: string | null;
}

export const OutboxEventTable = new EntitySchema<OutboxEvent>({
  name: 'OutboxEvent',
  tableName: 'outbox',
  columns: {
    id: { ...id, primary: true },
    topic: text(64),
    subject: text(128),
    payload: json,
    createdAt: time,
    state: text(8),
    claimedUntil: { ...time, nullable: true },
    attempts: integer,
    notBefore: time,
    lastError: { ...longText, nullable: true },
  } satisfies Columns<OutboxEvent>,
});
