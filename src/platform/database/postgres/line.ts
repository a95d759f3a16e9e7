import type { ClientBase } from 'pg';
import type { Direct } from '../run.ts';
import { type Asked, asParameter, Message } from './message.ts';

/** Characters of a statement's values: as much as takes the server some milliseconds. */
const much = 50_000;

/**
 * The statements of one unit of work on its connection. What is asked for in one turn goes to the server in one message,
 * and what nobody waits for goes with the next; all of it runs in the order in which it was asked for.
 */
export class Line implements Direct {
  readonly #client: ClientBase;
  #waiting: Asked[] = [];
  /** The message that is under way: the next waits for its answer. */
  #out: Promise<void> | null = null;
  #isDue = false;
  /** Whether the server was ever told anything. */
  isUsed = false;
  /** What a statement failed with that nobody waited for. */
  failure: { error: unknown } | null = null;

  constructor(client: ClientBase) {
    this.#client = client;
  }

  run(text: string, parameters: readonly unknown[]): Promise<object[]> {
    return new Promise((answered, failed) => {
      this.#waiting.push({ text, parameters: parameters.map(asParameter), answered, failed });
      if (this.#isDue) return;
      this.#isDue = true;
      process.nextTick(() => this.#send());
    });
  }

  /**
   * Runs a statement with the next one; at the latest with the COMMIT, which fails when this has failed. One with much to
   * store goes at once, so that the server is at work while the next is made ready.
   */
  async later(text: string, parameters: readonly unknown[]): Promise<void> {
    const failed = (error: unknown): void => {
      this.failure ??= { error };
    };
    const plain = parameters.map(asParameter);
    this.#waiting.push({ text, parameters: plain, answered: () => undefined, failed });
    if (plain.reduce((size, value) => size + (value?.length ?? 0), 0) > much) this.#send();
  }

  /** Sends what waits and this at once. @returns the server's word for what it did */
  end(text: string): Promise<string> {
    return new Promise((resolve, failed) => {
      this.#waiting.push({ text, parameters: [], answered: (_rows, command) => resolve(command), failed });
      this.#send();
    });
  }

  /** Waits until everything is done that was asked for. @throws what a statement failed with that nobody waited for */
  async settled(): Promise<void> {
    this.#send();
    while (this.#out) await this.#out;
    if (this.failure) throw this.failure.error;
  }

  /** Forgets what was not sent. */
  drop(): void {
    this.#waiting = [];
  }

  #send(): void {
    this.#isDue = false;
    if (this.#out || this.#waiting.length === 0) return;
    this.isUsed = true;
    const all = this.#waiting;
    this.#waiting = [];
    this.#out = new Promise((resolve) => {
      const done = (): void => {
        this.#out = null;
        resolve();
        this.#send();
      };
      this.#client.query(new Message(this.#client, all, done));
    });
  }
}
