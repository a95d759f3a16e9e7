import { clock } from '../../../platform/clock/clock.ts';

interface Held {
  at: number;
  reply: Promise<{ response: Response; body: ArrayBuffer }>;
}

/** How long a key set is believed, whatever key a token names: who sends tokens must not make us send requests. */
const heldMs = 60_000;

/**
 * The key sets that providers publish, each asked for once a minute at most: however many sign in at once, and however
 * many connections are to the same provider. A failure is not remembered.
 */
export class KeySets {
  readonly #held = new Map<string, Held>();

  async fetch(url: string, ask: () => Promise<Response>): Promise<Response> {
    const now = clock.now();
    const known = this.#held.get(url);
    const held = known && now - known.at < heldMs ? known : this.#hold(url, now, ask);
    const { response, body } = await held.reply;
    return new Response(body, { status: response.status, headers: response.headers });
  }

  #hold(url: string, at: number, ask: () => Promise<Response>): Held {
    for (const [key, old] of this.#held) if (at - old.at >= heldMs) this.#held.delete(key);
    const held: Held = {
      at,
      reply: ask().then(async (response) => ({ response, body: await response.arrayBuffer() })),
    };
    this.#held.set(url, held);
    const forget = (): void => void (this.#held.get(url) === held && this.#held.delete(url));
    held.reply.then(({ response }) => response.ok || forget(), forget);
    return held;
  }
}
