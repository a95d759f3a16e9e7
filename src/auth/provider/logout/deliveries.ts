import { CarillonError } from '../../../platform/errors/errors.ts';
import { faultPoint } from '../../../platform/fault-points/fault-points.ts';
import type { Outbound } from '../../../platform/outbound/outbound.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { SigningKeys } from '../keys/keys.ts';
import type { LogoutDelivery } from './delivery.entity.ts';
import { logoutDueTopic } from './end.ts';
import { DeliveryQueue, type Due } from './queue.ts';
import { logoutToken } from './token.ts';

/** Relying parties that are told at the same time. */
const lanes = 64;
/** Of them those of one organisation: its relying parties that never answer hold up no other's. */
const lanesOfOne = 16;
/** Deliveries to one relying party at the same time; one while it does not answer. */
const abreast = 4;
const claimedAtOnce = 16;
/** A relying party that takes longer is tried again later. */
const attemptMs = 4_000;
/** For what was put off, or committed by another process. */
const lookMs = 500;

interface Hands {
  ground: Ground;
  outbound: Outbound;
  keys: SigningKeys;
}

/** The other side is at fault, or the way to it: what else waits for it waits too. */
class Unreachable extends Error {}

/**
 * Delivers logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.5), each relying party in a lane of its own: one
 * that is slow or dead holds up nobody else, and nothing of the outbox.
 */
export class LogoutDeliveries {
  readonly #hands: Hands;
  readonly #queue: DeliveryQueue;
  readonly #issuer: string;
  readonly #lanes = new Map<string, { organisationId: string; done: Promise<void> }>();
  /** client → attempts in a row that it did not answer. */
  readonly #silent = new Map<string, number>();
  readonly #ending = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #deaf: () => void;
  #looking: Promise<void> | null = null;
  #again = false;

  /** @param issuer the provider's, as ID tokens have it */
  constructor(hands: Hands, issuer: string) {
    this.#hands = hands;
    this.#issuer = issuer;
    this.#queue = new DeliveryQueue(hands.ground);
    this.#deaf = hands.ground.outbox.listen(({ topic }) => {
      if (topic === logoutDueTopic) this.wake();
    });
    this.#timer = setInterval(() => this.wake(), lookMs);
  }

  /** Looks for what is due. */
  wake(): void {
    if (this.#ending.signal.aborted) return;
    this.#again = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
  }

  /** Ends what is under way; the rest, and what was cut off, waits in the table. */
  async stop(): Promise<void> {
    this.#deaf();
    clearInterval(this.#timer);
    this.#ending.abort();
    await this.#looking;
    await Promise.all([...this.#lanes.values()].map(({ done }) => done));
  }

  async #look(): Promise<void> {
    while (this.#again && !this.#ending.signal.aborted) {
      this.#again = false;
      try {
        const busy = new Map([...this.#lanes].map(([clientId, { organisationId }]) => [clientId, organisationId]));
        for (const each of await this.#queue.clientsDue(busy, { most: lanes, share: lanesOfOne })) this.#open(each);
      } catch (error) {
        this.#hands.ground.log.error({ error }, 'logout: could not look for what is due');
      }
    }
  }

  #open({ clientId, organisationId }: Due): void {
    const run = async (): Promise<void> => {
      const failed = await this.#lane(clientId).catch((error: unknown) => {
        this.#hands.ground.log.error({ error, clientId }, 'logout: a lane failed');
        return true;
      });
      this.#lanes.delete(clientId);
      if (!failed) this.wake(); // for what came meanwhile
    };
    this.#lanes.set(clientId, { organisationId, done: run() });
  }

  /** Delivers what is due to one relying party until there is nothing, or it does not answer. @returns whether it failed */
  async #lane(clientId: string): Promise<boolean> {
    for (;;) {
      const silent = this.#silent.has(clientId);
      const claimed = await this.#queue.claim(clientId, silent ? 1 : claimedAtOnce);
      if (claimed.length === 0) return false;
      const waiting = [...claimed];
      let unreachable = false;
      const work = async (): Promise<void> => {
        while (!unreachable && !this.#ending.signal.aborted) {
          const next = waiting.shift();
          if (!next) return;
          if (!(await this.#deliver(next))) unreachable = true;
        }
      };
      const ended = await Promise.allSettled(Array.from({ length: abreast }, work));
      const broken = ended.find(({ status }) => status === 'rejected');
      if (broken) {
        this.#queue.lose(claimed);
        throw (broken as PromiseRejectedResult).reason;
      }
      await this.#queue.release(waiting);
      if (unreachable) {
        const failures = (this.#silent.get(clientId) ?? 0) + 1;
        this.#silent.set(clientId, failures);
        await this.#queue.pause(clientId, failures);
        return true;
      }
      this.#silent.delete(clientId);
      if (this.#ending.signal.aborted) return true;
    }
  }

  /** One attempt. @returns false when the relying party did not answer, or not as one that works */
  async #deliver(delivery: LogoutDelivery): Promise<boolean> {
    try {
      await this.#post(delivery);
      faultPoint('logout.sent');
    } catch (error) {
      if (this.#ending.signal.aborted) {
        await this.#queue.release([delivery]);
        return true;
      }
      await this.#queue.missed(delivery, reasonOf(error));
      return !(error instanceof Unreachable || error instanceof CarillonError || isTimeout(error));
    }
    await this.#queue.delivered(delivery);
    return true;
  }

  async #post(delivery: LogoutDelivery): Promise<void> {
    const { keys, outbound } = this.#hands;
    const body = new URLSearchParams({ logout_token: await logoutToken(keys, this.#issuer, delivery) });
    const answer = await outbound.fetch(delivery.uri, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: '*/*' },
      body: body.toString(),
      signal: AbortSignal.any([this.#ending.signal, AbortSignal.timeout(attemptMs)]),
    });
    if (answer.status === 200 || answer.status === 204) return;
    const reason = `status ${answer.status}`;
    // A 4xx is about this token; the others may still be welcome.
    throw answer.status >= 500 || answer.status === 429 ? new Unreachable(reason) : new Error(reason);
  }
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

function reasonOf(error: unknown): string {
  if (error instanceof CarillonError) return error.code;
  return isTimeout(error) ? 'outbound.timedOut' : error instanceof Error ? error.message : 'unknown';
}
