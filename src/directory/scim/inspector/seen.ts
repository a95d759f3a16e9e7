import type { IncomingMessage } from 'node:http';
import { clock } from '../../../platform/clock/clock.ts';
import { requestContext } from '../../../platform/context/context.ts';
import type { CarillonError } from '../../../platform/errors/errors.ts';
import type { ScimReply } from '../http/request.ts';
import type { ScimKey } from '../keys/key.entity.ts';
import { scimType } from '../protocol/messages.ts';
import type { ResourceChange } from './change.ts';
import type { KeptOperations } from './operations.ts';
import { keptBody, mostOfBody, withoutSecrets } from './redact.ts';
import type { BodyState, KeptRequest } from './request.entity.ts';

type Key = Pick<ScimKey, 'id' | 'organisationId' | 'accountId' | 'connectionId'>;

/**
 * What is noted of one request while it is answered: references only, since the directory waits. All that takes time is
 * done when it is kept.
 */
export class Seen {
  readonly key: Key;
  readonly id: string;
  readonly at = clock.now();
  readonly method: string;
  readonly url: URL;
  readonly userAgent: string;
  /** What the unit of work has changed; of one that was undone, nothing. */
  changed: ResourceChange | undefined;
  /** What became of the operations of a bulk request. */
  operations: KeptOperations | undefined;
  status = 0;
  error: CarillonError | null = null;
  /** What the answer says of itself. */
  found: number | null = null;
  answeredId: string | null = null;
  tookUs = 0;
  /** How many requests this one stands for, and when the last of them came. */
  times = 1;
  lastAt = this.at;
  /** How many of them its row says already. */
  writtenTimes = 0;
  /** How often it could not be written. */
  tries = 0;
  /** Bytes of its body that wait in memory, about. */
  weight = 0;
  #body: unknown;
  #sent: readonly number[] = [];
  /** Whether the body is the one that is kept already. */
  #isShort = false;
  #state: BodyState = 'none';
  readonly #began = performance.now();

  constructor(key: Key, method: string, url: URL) {
    const { requestId, userAgent } = requestContext();
    this.key = key;
    this.id = requestId;
    this.method = method;
    this.url = url;
    this.userAgent = userAgent;
  }

  /** Notes a body that is being read. */
  async reading(req: IncomingMessage, body: Promise<unknown>): Promise<unknown> {
    this.#state = 'unread';
    const given = await body;
    this.#body = given;
    this.#state = 'whole';
    const length = Number(req.headers['content-length'] ?? Infinity);
    this.weight = Math.min(length, mostOfBody);
    if (length > mostOfBody) this.#shorten(); // at once, so that nothing large waits in memory
    return given;
  }

  /** Notes the end of it. */
  end(outcome: ScimReply | CarillonError): void {
    this.tookUs = Math.round((performance.now() - this.#began) * 1_000);
    this.status = outcome.status;
    if (outcome instanceof Error) {
      this.error = outcome;
      this.changed = undefined; // whatever it was, it was undone
      if (sends.has(this.method) && this.#state === 'none') this.#state = 'unread';
    } else this.#look(outcome.body);
  }

  /** Lets go of the body: there is no room. */
  dropBody(): void {
    if (this.#state === 'whole') this.#state = 'cut';
    this.#body = undefined;
    this.weight = 0;
  }

  /** The body as it is kept. */
  body(): { body: unknown; state: BodyState; sent: readonly number[] } {
    if (this.#state === 'whole' && !this.#isShort) this.#shorten();
    return { body: this.#body, state: this.#state, sent: this.#sent };
  }

  /** What follows the root, as it was sent. */
  segments(): string[] {
    return this.url.pathname.split('/').slice(3);
  }

  /** The part of a kept request that tells of nobody. */
  row(path: string): Omit<KeptRequest, 'subjectType' | 'subjectId' | 'bodyState' | 'person' | 'digest' | 'sealed'> {
    const { id: keyId, organisationId, accountId, connectionId } = this.key;
    return {
      id: this.id,
      organisationId,
      accountId,
      connectionId,
      keyId,
      at: this.at,
      tookUs: this.tookUs,
      method: this.method.slice(0, 32),
      path,
      status: this.status,
      errorCode: this.error?.code ?? null,
      scimType: (this.error && scimType(this.error)) ?? null,
      found: this.found,
      userAgent: withoutSecrets(this.userAgent).slice(0, 256),
      times: this.times,
      lastAt: this.lastAt,
    };
  }

  #shorten(): void {
    const { body, isCut, sent } = keptBody(this.#body, this.segments()[0] ?? '');
    this.#body = body;
    this.#sent = sent;
    this.#isShort = true;
    if (isCut) this.#state = 'cut';
  }

  #look(body: object | undefined): void {
    const { totalResults, Resources, id } = (body ?? {}) as Record<string, unknown>;
    if (typeof id === 'string') this.answeredId = id;
    if (typeof totalResults !== 'number' || !Array.isArray(Resources)) return;
    this.found = totalResults;
    const [only] = Resources as { id?: unknown }[];
    if (totalResults === 1 && typeof only?.id === 'string') this.answeredId = only.id;
  }
}

/** Methods that come with a body. */
const sends = new Set(['POST', 'PUT', 'PATCH']);
