import type { OutboxEvent } from './event.entity.ts';
import type { Handler } from './consumer.ts';

/** Events of one go: a unit of work of so many is soon done. */
const mostAtOnce = 100;

interface Waiting {
  event: OutboxEvent;
  done: () => void;
  failed: (error: unknown) => void;
}

/**
 * A handler that does in one go what comes in one turn, so that many events cost few units of work. When that fails each is done
 * by itself, and answered for by itself. Those of one subject come one after another, so never in one go.
 */
export function gathered(work: (events: readonly OutboxEvent[]) => Promise<void>): Handler {
  let waiting: Waiting[] = [];
  const start = (): void => {
    const all = waiting;
    waiting = [];
    for (let at = 0; at < all.length; at += mostAtOnce) void inOneGo(work, all.slice(at, at + mostAtOnce));
  };
  return (event) =>
    new Promise<void>((done, failed) => {
      if (waiting.push({ event, done, failed }) === 1) queueMicrotask(start);
    });
}

async function inOneGo(work: (events: readonly OutboxEvent[]) => Promise<void>, all: Waiting[]): Promise<void> {
  try {
    await work(all.map(({ event }) => event));
    for (const { done } of all) done();
  } catch (error) {
    if (all.length === 1) all[0]!.failed(error);
    else await Promise.all(all.map((each) => inOneGo(work, [each])));
  }
}
