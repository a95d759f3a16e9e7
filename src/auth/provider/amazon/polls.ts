import { clock } from '../../../platform/clock/clock.ts';
import { pollSeconds } from './answers.ts';

/** A device's clock and the way to us may be this much off. */
const toleranceMs = 2_000;
const mostRemembered = 20_000;

/** When each device asked last, in this process: one that asks too often is told to slow down (RFC 8628 §3.5). */
export class Polls {
  /** By the device code's id, the longest ago first. */
  readonly #last = new Map<string, number>();

  /** Whether it is too early to ask again; an answer of no is remembered as an asking. */
  isTooSoon(id: string): boolean {
    const now = clock.now();
    const last = this.#last.get(id);
    if (last !== undefined && now - last < pollSeconds * 1_000 - toleranceMs) return true;
    this.#last.delete(id);
    this.#last.set(id, now);
    const [oldest] = this.#last.keys();
    if (this.#last.size > mostRemembered && oldest !== undefined) this.#last.delete(oldest);
    return false;
  }
}
