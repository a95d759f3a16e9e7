import { engineOf } from './run.ts';
import type { Reader } from './unit.ts';

/**
 * Gives the event loop a turn between two statements of a long unit of work. SQLite's statements run in this process,
 * and awaiting them lets nobody else in; PostgreSQL's do so by themselves. On SQLite readers go on, and writers wait for
 * the unit as they would have anyway.
 */
export async function breathe(on: Reader): Promise<void> {
  if (engineOf(on) === 'sqlite') await new Promise((resolve) => setImmediate(resolve));
}
