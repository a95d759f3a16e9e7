import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until `look` gives something, looking again every few milliseconds.
 * @throws Error after `patienceMs`
 */
export async function until<T>(look: () => T | Promise<T>, patienceMs = 5000): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found) return found as NonNullable<Exclude<T, false>>;
    if (performance.now() > deadline) throw new Error('waited in vain');
    await pause(5);
  }
}
