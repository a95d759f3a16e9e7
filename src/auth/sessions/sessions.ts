import { clock } from '../../platform/clock/clock.ts';
import { requestContext } from '../../platform/context/context.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import { patienceMs, within } from '../../platform/database/errors.ts';
import { insertRow } from '../../platform/database/insert.ts';
import { changed, rows } from '../../platform/database/run.ts';
import { isOneOf, sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { hashToken, newId, newToken } from '../../platform/ids/ids.ts';
import { Memory } from './memory.ts';
import type { Principal, PrincipalKind, PrincipalSource } from './principal.ts';
import { type Session, SessionTable } from './session.entity.ts';
import { Streams } from './streams.ts';

/** Why a check refuses: `expired` is the end that was set at the sign-in; every other word is somebody's no. */
export type CheckResult =
  | { in: true; session: Session; principal: Principal }
  | { in: false; because: string; session: Session | null };

/** What a thing that hangs off a principal remembers of its birth. */
export interface Born {
  kind: PrincipalKind;
  principalId: string;
  epoch: number;
  accountEpoch: number;
  /** The session that it ends with; null when it outlives its session. */
  sessionId: string | null;
}

/** What follows when sessions end by their rows, in the same unit. */
type Follow = (m: Writer, sessionIds: readonly string[], because: string) => Promise<void>;

/** One device is out: the subject is its session's id. */
const sessionEndedTopic = 'session.ended';
interface SessionEnded {
  tokenHash: string;
  because: string;
}

/** Whether it was born under the epochs that are now. */
const isUnder = (born: Epochs, now: Epochs): boolean =>
  born.epoch === now.epoch && born.accountEpoch === now.accountEpoch;
type Epochs = Pick<Principal, 'epoch' | 'accountEpoch'>;

/** Of whoever may be in, and whose device may not: by the person's own epoch, if that is another. */
const overBecause = (session: Epochs, { epoch, outBecause }: Principal): string =>
  session.epoch === epoch ? 'signOut' : (outBecause ?? 'signOut');

/** When a session was last seen is written down at most this often. */
const seenEveryMs = 60_000;

/** One session per device, and the check that every request makes: who is this, and may they? */
export class Sessions {
  readonly streams = new Streams();
  readonly #db: Database;
  readonly #sources: Record<PrincipalKind, PrincipalSource>;
  readonly #memory = new Memory();
  readonly #seen = new Map<string, number>();
  readonly #follow: Follow;
  readonly #outbox: Outbox;
  #gaps: number;

  /** @param follow for what hangs on sessions above this floor */
  constructor(
    db: Database,
    outbox: Outbox,
    sources: Record<PrincipalKind, PrincipalSource>,
    follow: Follow = async () => undefined,
  ) {
    this.#db = db;
    this.#follow = follow;
    this.#outbox = outbox;
    this.#sources = sources;
    this.#gaps = db.gaps();
    outbox.listen(({ topic, subject, payload }) => {
      if (topic !== sessionEndedTopic) return;
      const { tokenHash, because } = payload as unknown as SessionEnded;
      this.#memory.forgetSession(tokenHash);
      this.streams.end(subject, because);
    });
  }

  /**
   * Begins a session, inside the unit of work that let the principal in.
   * @param lifetimeMs after which it ends by itself
   * @param proof what a connector's provider said of when and how the principal proved who they are; `provedAt`, when it was
   *   not now
   * @returns the row, and the token for the cookie, which is kept nowhere
   */
  async begin(
    m: Writer,
    principal: Principal,
    lifetimeMs: number,
    proof: Pick<Session, 'authTime' | 'amr'> & { provedAt?: number } = { authTime: null, amr: null },
  ): Promise<{ session: Session; token: string }> {
    const token = newToken();
    const now = clock.now();
    const { clientAddress, userAgent } = requestContext();
    const session: Session = {
      id: newId(),
      tokenHash: hashToken(token),
      kind: principal.kind,
      principalId: principal.id,
      organisationId: principal.organisationId,
      accountId: principal.accountId,
      epoch: principal.epoch,
      accountEpoch: principal.accountEpoch,
      createdAt: now,
      expiresAt: now + lifetimeMs,
      lastSeenAt: now,
      endedAt: null,
      endedBecause: null,
      clientAddress: clientAddress.slice(0, 64),
      userAgent: userAgent.slice(0, 256),
      provedAt: proof.provedAt ?? now,
      authTime: proof.authTime,
      amr: proof.amr,
    };
    await insertRow(m, SessionTable, session);
    return { session, token };
  }

  /**
   * Goes on with a device under a new token and id, after its principal has proved anew who they are: the old ones end.
   * It lasts no longer than it would have. @returns null when the old one is over already
   */
  async renew(m: Writer, session: Session, principal: Principal): Promise<{ session: Session; token: string } | null> {
    if (!(await this.end(m, session.principalId, session.id, 'renewed'))) return null;
    const { authTime, amr } = session;
    const renewed = await this.begin(m, principal, session.expiresAt - clock.now(), { authTime, amr });
    await m.update(SessionTable, { id: renewed.session.id }, { createdAt: session.createdAt });
    return { ...renewed, session: { ...renewed.session, createdAt: session.createdAt } };
  }

  /**
   * Goes on with a device under a new token, after its principal has proved anew who they are: the old token opens
   * nothing any more. The session stays, for relying parties hang on it; its id opens nothing.
   * @returns null when it is over already, or somebody was first
   */
  async retoken(m: Writer, session: Session): Promise<{ session: Session; token: string } | null> {
    const token = newToken();
    const fresh = { ...session, tokenHash: hashToken(token), provedAt: clock.now() };
    const kept = await changed(
      m,
      sql`UPDATE "sessions" SET "tokenHash" = ${fresh.tokenHash}, "provedAt" = ${fresh.provedAt}
          WHERE "id" = ${session.id} AND "tokenHash" = ${session.tokenHash} AND "endedAt" IS NULL RETURNING "id"`,
    );
    if (kept.length === 0) return null;
    const payload: SessionEnded = { tokenHash: session.tokenHash, because: 'renewed' };
    this.#outbox.announce(sessionEndedTopic, session.id, { ...payload });
    return { session: fresh, token };
  }

  /**
   * The check. From memory when nothing has changed since; asks the database otherwise, and believes only that.
   * @throws database.away when it does not answer within a second
   */
  check(token: string, kind: PrincipalKind): Promise<CheckResult> {
    this.#noticeOtherProcesses();
    return this.#check(token, kind, this.#memory);
  }

  async #check(token: string, kind: PrincipalKind, known: Memory | null): Promise<CheckResult> {
    const tokenHash = hashToken(token);
    const moment = this.#memory.moment;
    const session =
      known?.session(tokenHash) ?? (await within(patienceMs, this.#db.read.findOneBy(SessionTable, { tokenHash })));
    if (!session || session.kind !== kind) return { in: false, because: 'unknown', session: null };
    if (session.endedAt !== null) return { in: false, because: session.endedBecause ?? 'signOut', session };
    if (session.expiresAt <= clock.now()) return { in: false, because: 'expired', session };
    const principal =
      known?.principal(kind, session.principalId) ??
      (await within(patienceMs, this.#sources[kind](this.#db.read, session.principalId)));
    if (!principal) return { in: false, because: 'deleted', session };
    if (!principal.mayBeIn) return { in: false, because: principal.refusedBecause ?? 'signOut', session };
    if (!isUnder(session, principal)) {
      // A no is never told from memory: the person may have moved to another account, and this device with them.
      if (known) return this.#check(token, kind, null);
      return { in: false, because: overBecause(session, principal), session };
    }
    // Only a yes is remembered: whatever is forgotten, a no is asked again, so that the next yes holds at once.
    this.#memory.remember(moment, session, principal);
    this.#noteSeen(session);
    return { in: true, session, principal };
  }

  /**
   * The check for what hangs off a principal, such as a token: may they still be in, under the epochs that it was born
   * under; and is the session that it ends with not over? From memory, as `check`.
   * @returns the principal; null when it is over
   * @throws database.away when it does not answer within a second
   */
  async standing(born: Born): Promise<Principal | null> {
    const moment = this.#memory.moment;
    const principal = await this.principalOf(born.kind, born.principalId);
    if (!principal?.mayBeIn) return null;
    if (!isUnder(born, principal)) return null;
    if (born.sessionId === null) return principal;
    const stored = (): Promise<Session | null> =>
      within(patienceMs, this.#db.read.findOneBy(SessionTable, { id: born.sessionId! }));
    const known = this.#memory.sessionById(born.sessionId);
    // As in `check`: one that has moved meanwhile is remembered as it was.
    const session = known && isUnder(known, principal) ? known : await stored();
    if (!session || session.kind !== born.kind || session.principalId !== principal.id) return null;
    if (session.endedAt !== null || session.expiresAt <= clock.now()) return null;
    if (!isUnder(session, principal)) return null;
    this.#memory.remember(moment, session, principal);
    return principal;
  }

  /** A principal as they are now, from memory when nothing has changed since. @throws database.away */
  async principalOf(kind: PrincipalKind, id: string): Promise<Principal | null> {
    this.#noticeOtherProcesses();
    const moment = this.#memory.moment;
    const principal =
      this.#memory.principal(kind, id) ?? (await within(patienceMs, this.#sources[kind](this.#db.read, id)));
    // Only a yes is remembered.
    if (principal?.mayBeIn) this.#memory.rememberPrincipal(moment, principal);
    return principal;
  }

  /** Reads a principal afresh. */
  principal(kind: PrincipalKind, id: string): Promise<Principal | null> {
    return this.#sources[kind](this.#db.read, id);
  }

  /** Ends one device by its own row. @returns whether it was that principal's, and still there */
  async end(m: Writer, principalId: string, sessionId: string, because: string): Promise<boolean> {
    const [ended] = await changed<{ tokenHash: string }>(
      m,
      sql`UPDATE "sessions" SET "endedAt" = ${clock.now()}, "endedBecause" = ${because}
          WHERE "id" = ${sessionId} AND "principalId" = ${principalId} AND "endedAt" IS NULL RETURNING "tokenHash"`,
    );
    if (!ended) return false;
    await this.#follow(m, [sessionId], because);
    const payload: SessionEnded = { tokenHash: ended.tokenHash, because };
    this.#outbox.announce(sessionEndedTopic, sessionId, { ...payload });
    return true;
  }

  /** Ends every device of a principal but `keep`. @returns how many */
  async endAll(m: Writer, principalId: string, because: string, keep = ''): Promise<number> {
    const all = await rows<{ id: string }>(
      m,
      sql`SELECT "id" FROM "sessions" WHERE "principalId" = ${principalId} AND "endedAt" IS NULL AND "id" <> ${keep}`,
    );
    let ended = 0;
    for (const { id } of all) if (await this.end(m, principalId, id, because)) ended += 1;
    return ended;
  }

  /** The devices of a principal that are signed in now, newest first. */
  list(principal: Pick<Principal, 'id' | 'epoch' | 'accountEpoch'>): Promise<Session[]> {
    return rows<Session>(
      this.#db.read,
      sql`SELECT * FROM "sessions" WHERE "principalId" = ${principal.id} AND "endedAt" IS NULL
          AND "expiresAt" > ${clock.now()} AND "epoch" = ${principal.epoch}
          AND "accountEpoch" = ${principal.accountEpoch} ORDER BY "createdAt" DESC`,
    );
  }

  /** Memory forgets these people: whoever looks next asks the database. */
  forgetPrincipals(kind: PrincipalKind, ids: readonly string[]): void {
    this.#memory.forgetPrincipals(kind, ids);
  }

  forgetAccount(accountId: string): void {
    this.#memory.forgetAccount(accountId);
  }

  forgetAll(): void {
    this.#memory.forgetAll();
  }

  /**
   * After a no, in the unit of work of whoever keeps the counts: ends the rows of these principals that are older than
   * the given epoch, and then their open pages.
   * @returns how many of each, by principal
   */
  async sweep(
    m: Writer,
    principals: readonly { id: string; epoch: number }[],
    because: string,
  ): Promise<Map<string, { sessions: number; streams: number }>> {
    const counts = new Map(principals.map(({ id }) => [id, { sessions: 0, streams: 0 }]));
    const now = clock.now();
    // Most of many were put out as often as each other: a statement for each count of that.
    const byEpoch = [...Map.groupBy(principals, ({ epoch }) => epoch)];
    const ended = await Promise.all(
      byEpoch.map(([epoch, some]) =>
        changed<{ id: string; principalId: string }>(
          m,
          sql`UPDATE "sessions" SET "endedAt" = ${now}, "endedBecause" = ${because}
              WHERE "principalId" ${isOneOf(some.map(({ id }) => id))} AND "endedAt" IS NULL AND "epoch" < ${epoch}
              RETURNING "id", "principalId"`,
        ),
      ),
    ).then((each) => each.flat());
    await this.#follow(
      m,
      ended.map(({ id }) => id),
      because,
    );
    for (const { id, principalId } of ended) {
      const count = counts.get(principalId)!;
      count.sessions++;
      count.streams += this.streams.count(id);
    }
    this.#db.afterCommit(() => ended.forEach(({ id }) => this.streams.end(id, because)));
    return counts;
  }

  /** The times at which sessions were last seen since this was last called. */
  takeSeen(): Map<string, number> {
    const seen = new Map(this.#seen);
    this.#seen.clear();
    return seen;
  }

  /** Once a minute is enough: an open page is checked every second. */
  #noteSeen(session: Session): void {
    const now = clock.now();
    if (now - session.lastSeenAt < seenEveryMs) return;
    session.lastSeenAt = now;
    this.#seen.set(session.id, now);
  }

  #noticeOtherProcesses(): void {
    const gaps = this.#db.gaps();
    if (gaps === this.#gaps) return;
    this.#gaps = gaps;
    this.forgetAll();
  }
}
