import { BindRequest, type BindResponse, PresenceFilter, SearchRequest } from 'ldapts';
import { dial, type DialOptions, type Trust } from './dial.ts';
import { LdapFault, resultCodes } from './fault.ts';
import type { Limits } from './limits.ts';
import type { Target } from './target.ts';
import { Session } from './session.ts';
import { Wire } from './wire.ts';

/** What a connection is for: the service account's are never used to prove anybody, nor those of proofs to search. */
export type Kind = 'service' | 'proof';

export interface Service extends Trust {
  bindName: string;
  bindPassword: string;
  /**
   * Says what a server is that is not of the directory that was connected, under whatever name it is reached: a copy for
   * tests, say, or one that was made anew, whose people would be taken for others. Null for one that is.
   */
  stranger?: ((session: Session) => Promise<string | null>) | undefined;
}

/** Binds the service account on a fresh connection. @throws LdapFault credentials, and what `ask` throws */
export async function bindService(wire: Wire, { bindName, bindPassword }: Service, deadlineMs: number): Promise<void> {
  const { status, errorMessage } = await wire.ask<BindResponse>(
    (messageId) => new BindRequest({ messageId, dn: bindName, password: bindPassword }),
    deadlineMs,
  );
  if (status === resultCodes.success) return;
  const reason = credentialCodes.has(status) ? 'credentials' : 'busy';
  throw new LdapFault(wire.server, 'bind', reason, `result ${status}: ${errorMessage}`);
}

/** No entry, no DN, no password of its own, a wrong one: any other no is the server's, which may be starting. */
const credentialCodes: ReadonlySet<number> = new Set([
  resultCodes.noSuchObject,
  resultCodes.invalidDn,
  resultCodes.inappropriateAuth,
  resultCodes.invalidCredentials,
]);

/** One server of a directory: its connections, and whether it is worth asking (a circuit breaker). */
export class Server {
  readonly target: Target;
  readonly #service: Service;
  readonly #limits: Limits;
  readonly #idle: Record<Kind, { wire: Wire; timer: NodeJS.Timeout }[]> = { service: [], proof: [] };
  readonly #wires = new Set<Wire>();
  #failures = 0;
  #fault: LdapFault | null = null;
  #awayUntil = 0;
  #probing = false;
  #probedAt = 0;

  constructor(target: Target, service: Service, limits: Limits) {
    this.target = target;
    this.#service = service;
    this.#limits = limits;
  }

  /** Whether it may be asked now. */
  get isReady(): boolean {
    return performance.now() >= this.#awayUntil;
  }

  /** Whether it has failed, and nobody knows that it is back. */
  get isDoubtful(): boolean {
    return this.#failures > 0;
  }

  /** Why it was given up last; null while it is not. */
  get fault(): LdapFault | null {
    return this.#fault;
  }

  /** One caller tries a server that failed; the others pass it by meanwhile. */
  claim(): void {
    if (this.isDoubtful) this.#awayUntil = performance.now() + this.#limits.connectMs;
  }

  /** A connection that nobody uses, else a new one, ready for its kind. @throws LdapFault */
  async take(kind: Kind, connectMs: number): Promise<Wire> {
    for (let kept = this.#idle[kind].pop(); kept; kept = this.#idle[kind].pop()) {
      clearTimeout(kept.timer);
      if (kept.wire.isOpen) return kept.wire;
    }
    const wire = await this.#open(connectMs, kind);
    this.#failures = 0;
    this.#fault = null;
    this.#awayUntil = 0;
    return wire;
  }

  /** Keeps a connection for the next one. */
  giveBack(kind: Kind, wire: Wire): void {
    if (!wire.isOpen) return;
    const timer = setTimeout(() => this.discard(wire), this.#limits.idleMs).unref();
    this.#idle[kind].push({ wire, timer });
  }

  discard(wire: Wire): void {
    this.#wires.delete(wire);
    wire.close();
  }

  /** It did not do: it is left alone for a while, and what waits on it goes elsewhere. */
  fail(fault: LdapFault): void {
    const { awayMs, awayMaxMs } = this.#limits;
    this.#awayUntil = performance.now() + Math.min(awayMs * 2 ** this.#failures, awayMaxMs);
    this.#failures++;
    this.#fault = fault;
    for (const wire of this.#wires) wire.end(fault.reason, `given up: ${fault.message}`);
    this.#wires.clear();
  }

  /** Nothing is heard on a connection: tries whether the server still answers, and gives it up if not. */
  async suspect(): Promise<void> {
    if (this.#probing || performance.now() - this.#probedAt < 2 * this.#limits.probeMs) return;
    this.#probing = true;
    this.#probedAt = performance.now();
    let wire: Wire | undefined;
    try {
      const began = performance.now();
      wire = await this.#open(this.#limits.probeMs, 'proof');
      await wire.ask(
        (messageId) =>
          new SearchRequest({
            messageId,
            scope: 'base',
            filter: new PresenceFilter({ attribute: 'objectClass' }),
            attributes: ['1.1'],
          }),
        Math.max(1, this.#limits.probeMs - (performance.now() - began)),
      );
    } catch (error) {
      this.fail(
        error instanceof LdapFault ? error : new LdapFault(this.target.url, 'request', 'malformed', String(error)),
      );
    } finally {
      this.#probing = false;
      if (wire) this.discard(wire);
    }
  }

  close(): void {
    for (const { timer } of [...this.#idle.service, ...this.#idle.proof]) clearTimeout(timer);
    for (const wire of this.#wires) wire.close();
    this.#wires.clear();
  }

  async #open(connectMs: number, kind: Kind): Promise<Wire> {
    const { outbound, ca } = this.#service;
    const began = performance.now();
    const options: DialOptions = { outbound, ca, deadlineMs: connectMs };
    const wire = new Wire(this.target.url, await dial(this.target, options));
    this.#wires.add(wire);
    try {
      const leftMs = (): number => Math.max(1, connectMs - (performance.now() - began));
      if (kind === 'service') {
        await bindService(wire, this.#service, leftMs());
        await this.#requireKnown(wire, leftMs());
      }
      return wire;
    } catch (error) {
      this.discard(wire);
      throw error;
    }
  }

  /** Before anything is asked of it on which anybody's right depends. @throws LdapFault anotherDomain */
  async #requireKnown(wire: Wire, answerMs: number): Promise<void> {
    const what = await this.#service.stranger?.(new Session(wire, { ...this.#limits, answerMs }, () => {}));
    if (what == null) return;
    throw new LdapFault(this.target.url, 'bind', 'anotherDomain', what);
  }
}
