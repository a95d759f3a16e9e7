import assert from 'node:assert/strict';
import type { OutboxEvent } from '../../../src/platform/outbox/event.entity.ts';
import { gathered } from '../../../src/platform/outbox/gathered.ts';

const eventOf = (id: string): OutboxEvent => ({
  id,
  topic: 'work',
  subject: id,
  payload: {},
  createdAt: 0,
  state: 'claimed',
  claimedUntil: 1,
  attempts: 1,
  notBefore: 0,
  lastError: null,
});

describe('events that are gathered', () => {
  it('are done in one go when they come in one turn, a hundred at most', async () => {
    const goes: number[] = [];
    const handler = gathered(async (events) => void goes.push(events.length));
    await Promise.all(Array.from({ length: 230 }, (_, i) => handler(eventOf(String(i)))));
    await handler(eventOf('later'));
    assert.deepEqual(goes, [100, 100, 30, 1]);
  });

  it('are done one by one when that fails, and each is answered for by itself', async () => {
    const done: string[] = [];
    const handler = gathered(async (events) => {
      if (events.some(({ id }) => id === 'bad')) throw new Error('not this one');
      done.push(...events.map(({ id }) => id));
    });
    const outcomes = await Promise.allSettled(['one', 'bad', 'two'].map((id) => handler(eventOf(id))));
    assert.deepEqual(done.toSorted(), ['one', 'two']);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
  });
});
