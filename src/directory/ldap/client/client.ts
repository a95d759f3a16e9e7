import type { Control } from 'ldapts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { ldapErrors } from '../errors.ts';
import type { Entry } from './entry.ts';
import { LdapFault, LdapRefusal } from './fault.ts';
import type { Filter } from './filters.ts';
import { type Limits, usualLimits } from './limits.ts';
import { readRootDse, type RootDse } from './root-dse.ts';
import { type Kind, Server, type Service } from './server.ts';
import { type BindAnswer, type Search, Session } from './session.ts';
import { Slots } from './slots.ts';
import type { Target } from './target.ts';
import type { Wire } from './wire.ts';

export interface ClientOptions extends Service {
  /** In the order in which they are preferred. */
  servers: readonly Target[];
  /** Is told of servers that were given up; never of a password. */
  log?: { warn(fields: object, message: string): void } | undefined;
  limits?: Partial<Limits> | undefined;
}

interface Lease {
  server: Server;
  wire: Wire;
  session: Session;
}

/**
 * A directory, whichever of its servers answers. Every call ends: by an answer, or by `directory.unavailable`,
 * `directory.busy` (too many callers) or `directory.refused` (the directory said no), whose cause has the fault.
 */
export class LdapClient {
  readonly #servers: readonly Server[];
  readonly #limits: Limits;
  readonly #log: ClientOptions['log'];
  readonly #slots: Record<Kind, Slots>;
  #refused: { until: number; times: number; fault: LdapFault } | null = null;
  #closed = false;

  constructor({ servers, log, limits, ...service }: ClientOptions) {
    this.#limits = { ...usualLimits, ...limits };
    this.#log = log;
    this.#servers = servers.map((target) => new Server(target, service, this.#limits));
    const { connections } = this.#limits;
    this.#slots = { service: new Slots(connections), proof: new Slots(connections) };
  }

  /** Everything that a search finds; for what is known to be little. */
  search(search: Search): Promise<Entry[]> {
    return this.session((session) => session.search(search));
  }

  /**
   * What a search finds, a page at a time, on one connection, so that memory stays flat. Another server is asked only
   * before the first page: a fault later ends the read, and nothing of it may be taken for the whole.
   */
  async *pages(search: Search): AsyncGenerator<Entry[]> {
    const { lease, release } = await this.#lease('service');
    let sound = false;
    try {
      yield* lease.session.pages(search);
      sound = true;
    } catch (error) {
      throw this.#explain(error, lease.server);
    } finally {
      release(sound);
    }
  }

  /** One entry by its DN, every range of its values read; null when there is none. */
  read(dn: string, attributes: readonly string[], filter?: Filter): Promise<Entry | null> {
    return this.session((session) => session.read(dn, attributes, filter));
  }

  /** What the server that answers says of itself. */
  rootDse(): Promise<RootDse> {
    return this.session(readRootDse);
  }

  /**
   * Whether the directory accepts this password of this DN; see `Session.bindAs`.
   * @param again is called before it is sent to another server, since the first may have counted it; what it throws ends
   * the proof
   */
  bindAs(
    dn: string,
    password: string,
    controls: Control[] = [],
    again: () => Promise<void> = async () => {},
  ): Promise<BindAnswer> {
    let sent = false;
    return this.#use('proof', async (session) => {
      if (sent) await again();
      sent = true;
      return session.bindAs(dn, password, controls);
    });
  }

  /**
   * Works on one connection of the service account, to one server. When that fails, the work is done again on another
   * server, unless something was sent that must not be sent twice.
   * @param stop ends it at once, and its connection
   */
  session<T>(work: (session: Session) => Promise<T>, stop?: AbortSignal): Promise<T> {
    return this.#use('service', work, stop);
  }

  /** `session`, once, for what others can do without: no server is given up, nor what waits on it, because it failed. */
  beside<T>(work: (session: Session) => Promise<T>, stop?: AbortSignal): Promise<T> {
    return this.#use('service', work, stop, false);
  }

  /** Works on a connection for proofs, as whoever it binds there: for what people do to their own entry. */
  proof<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#use('proof', work);
  }

  /** Closes every connection; calls under way are refused. */
  close(): void {
    this.#closed = true;
    for (const server of this.#servers) server.close();
  }

  async #use<T>(kind: Kind, work: (session: Session) => Promise<T>, stop?: AbortSignal, matters = true): Promise<T> {
    // Once for each server, and once more: a kept connection may have been closed by the other side.
    for (let left = matters ? this.#servers.length : 0; ; left--) {
      const { lease, release } = await this.#lease(kind, matters);
      let sound = false;
      const end = (): void => lease.wire.end('closed', 'stopped here');
      stop?.addEventListener('abort', end);
      try {
        if (stop?.aborted) end();
        const result = await work(lease.session);
        sound = true;
        return result;
      } catch (error) {
        const again = error instanceof LdapFault && lease.session.mayRepeat && left > 0 && !stop?.aborted;
        const explained = this.#explain(error, lease.server, matters);
        if (!again) throw explained;
      } finally {
        stop?.removeEventListener('abort', end);
        release(sound);
      }
    }
  }

  /** A connection to the first server that gives one. @throws directory.unavailable, directory.refused, directory.busy */
  async #lease(kind: Kind, matters = true): Promise<{ lease: Lease; release: (sound: boolean) => void }> {
    const free = await this.#slots[kind].take(this.#limits.waitMs);
    if (!free) throw ldapErrors('directory.busy', { detail: `no ${kind} connection within ${this.#limits.waitMs} ms` });
    try {
      const { server, wire } = await this.#connect(kind, matters);
      const session = new Session(wire, this.#limits, () => {
        if (wire.quietMs >= this.#limits.suspectMs && this.#anotherThan(server)) void server.suspect();
      });
      const release = (sound: boolean): void => {
        if (sound && !this.#closed) server.giveBack(kind, wire);
        else server.discard(wire);
        free();
      };
      return { lease: { server, wire, session }, release };
    } catch (error) {
      free();
      throw error;
    }
  }

  async #connect(kind: Kind, matters: boolean): Promise<{ server: Server; wire: Wire }> {
    const faults: LdapFault[] = [];
    if (this.#closed) throw this.#unavailable(faults);
    this.#requireCredentials(kind);
    for (const server of this.#servers) {
      if (!server.isReady) {
        if (server.fault) faults.push(server.fault);
        continue;
      }
      server.claim();
      const patience = this.#anotherThan(server) ? this.#limits.connectMs : this.#limits.lastConnectMs;
      try {
        const wire = await server.take(kind, patience);
        if (kind === 'service') this.#refused = null;
        return { server, wire };
      } catch (error) {
        if (!(error instanceof LdapFault)) throw error;
        if (error.reason === 'credentials') throw this.#credentials(error);
        faults.push(error);
        if (!matters) break;
        this.#giveUp(server, error);
      }
    }
    throw this.#unavailable(faults);
  }

  #anotherThan(server: Server): boolean {
    return this.#servers.some((other) => other !== server && other.isReady);
  }

  #giveUp(server: Server, fault: LdapFault): void {
    server.fail(fault);
    this.#log?.warn(
      { server: fault.server, step: fault.step, reason: fault.reason, detail: fault.message },
      'directory server given up for a while',
    );
  }

  #requireCredentials(kind: Kind): void {
    if (kind !== 'service' || !this.#refused || performance.now() >= this.#refused.until) return;
    throw ldapErrors('directory.refused', { detail: this.#refused.fault.message, cause: this.#refused.fault });
  }

  /** A wrong service password is no fault of the server, and each try at another counts towards a lock-out. */
  #credentials(fault: LdapFault): CarillonError {
    const times = (this.#refused?.times ?? 0) + 1;
    const waitMs = this.#limits.credentialsMs * Math.min(2 ** (times - 1), 16);
    this.#refused = { until: performance.now() + waitMs, times, fault };
    this.#log?.warn(
      { server: fault.server, detail: fault.message },
      'the directory does not accept the service account',
    );
    return ldapErrors('directory.refused', { detail: fault.message, cause: fault });
  }

  #explain(error: unknown, server: Server, matters = true): unknown {
    if (error instanceof LdapFault) {
      if (matters && server.isReady && !server.isDoubtful && error.reason !== 'closed') this.#giveUp(server, error);
      return this.#unavailable([error]);
    }
    if (error instanceof LdapRefusal) return ldapErrors('directory.refused', { detail: error.message, cause: error });
    return error;
  }

  #unavailable(faults: readonly LdapFault[]): CarillonError {
    const detail = faults.length === 0 ? 'closed here' : faults.map(String).join('; ');
    const isAnother = faults.length > 0 && faults.every(({ reason }) => reason === 'anotherDomain');
    return ldapErrors(isAnother ? 'directory.notTheSame' : 'directory.unavailable', { detail, cause: faults[0] });
  }
}

/** What the directory said, of an error that a client threw: for who must tell one no from another. */
export function refusalOf(error: unknown): LdapRefusal | null {
  const cause = error instanceof CarillonError ? error.cause : error;
  return cause instanceof LdapRefusal ? cause : null;
}
