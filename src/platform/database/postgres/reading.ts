import type { ClientBase, Pool } from 'pg';
import { faultOf } from '../faults.ts';
import type { Direct } from '../run.ts';
import { type Asked, asParameter, Message } from './message.ts';

/**
 * Statements outside units of work, on whatever connection is free: what is asked in one turn (`Promise.all`) in one
 * message. Each is a transaction of its own to whoever reads.
 */
export class Reading implements Direct {
  readonly #pool: Pool;
  readonly #heard = new WeakSet<ClientBase>();
  #waiting: Asked[] = [];

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  run(text: string, parameters: readonly unknown[]): Promise<object[]> {
    return new Promise((answered, failed) => {
      this.#waiting.push({ text, parameters: parameters.map(asParameter), answered, failed });
      if (this.#waiting.length === 1) process.nextTick(() => void this.#send());
    });
  }

  async later(text: string, parameters: readonly unknown[]): Promise<void> {
    await this.run(text, parameters);
  }

  async #send(): Promise<void> {
    const all = this.#waiting;
    this.#waiting = [];
    try {
      const client = await this.#pool.connect();
      // Whoever waits for an answer hears of a connection that breaks; without a listener the process would end.
      if (!this.#heard.has(client)) client.on('error', () => undefined);
      this.#heard.add(client);
      this.#ask(client, all);
    } catch (error) {
      for (const { failed } of all) failed(error);
    }
  }

  /** Asks; whoever comes after one that failed is asked again, since that one is none of their business. */
  #ask(client: ClientBase & { release: (error?: Error) => void }, all: readonly Asked[]): void {
    let broken: Error | undefined;
    let again: Asked[] = [];
    let hasFailed = false;
    const asked = all.map((each): Asked => ({
      ...each,
      failed: (error) => {
        if (faultOf(error) === 'away' && !isEnded(error)) broken = error as Error;
        if (hasFailed && !broken) again.push(each);
        else each.failed(error);
        hasFailed = true;
      },
    }));
    const done = (): void => {
      const left = again;
      again = [];
      if (left.length > 0) this.#ask(client, left);
      else client.release(broken);
    };
    client.query(new Message(client, asked, done));
  }
}

/** Whether the server ended a statement that took too long: the connection is as good as before. */
const isEnded = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '57014';
