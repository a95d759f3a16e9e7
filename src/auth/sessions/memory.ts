import type { Principal, PrincipalKind } from './principal.ts';
import type { Session } from './session.entity.ts';

/** What the check remembers. Everything here can be forgotten at any time: the truth is in the database. */
export class Memory {
  readonly #sessions = new Map<string, Session>();
  /** A session's id → its token's hash. */
  readonly #ids = new Map<string, string>();
  readonly #principals = new Map<string, Principal>();
  /** Counts every forgetting, so that what was read before one is not remembered after it. */
  #forgettings = 0;

  get moment(): number {
    return this.#forgettings;
  }

  session(tokenHash: string): Session | undefined {
    return this.#sessions.get(tokenHash);
  }

  sessionById(id: string): Session | undefined {
    return this.#sessions.get(this.#ids.get(id) ?? '');
  }

  principal(kind: PrincipalKind, id: string): Principal | undefined {
    return this.#principals.get(`${kind}:${id}`);
  }

  /** Remembers, unless something was forgotten since `moment`. */
  remember(moment: number, session: Session, principal: Principal): void {
    if (moment !== this.#forgettings) return;
    if (this.#sessions.size >= maxSessions) {
      this.#sessions.clear();
      this.#ids.clear();
    }
    this.#sessions.set(session.tokenHash, session);
    this.#ids.set(session.id, session.tokenHash);
    this.rememberPrincipal(moment, principal);
  }

  rememberPrincipal(moment: number, principal: Principal): void {
    if (moment !== this.#forgettings) return;
    if (this.#principals.size >= maxSessions) this.#principals.clear();
    this.#principals.set(`${principal.kind}:${principal.id}`, principal);
  }

  forgetSession(tokenHash: string): void {
    this.#forgettings++;
    const session = this.#sessions.get(tokenHash);
    this.#sessions.delete(tokenHash);
    if (session) this.#ids.delete(session.id);
  }

  forgetPrincipals(kind: PrincipalKind, ids: readonly string[]): void {
    this.#forgettings++;
    for (const id of ids) this.#principals.delete(`${kind}:${id}`);
  }

  forgetAccount(accountId: string): void {
    this.#forgettings++;
    for (const [key, principal] of this.#principals)
      if (principal.accountId === accountId) this.#principals.delete(key);
  }

  forgetAll(): void {
    this.#forgettings++;
    this.#sessions.clear();
    this.#ids.clear();
    this.#principals.clear();
  }
}

/** About 1 kB each; more than this many at once and the memory starts anew. */
const maxSessions = 100_000;
