import { clock } from '../../../platform/clock/clock.ts';
import { withContext } from '../../../platform/context/context.ts';
import { firstRow } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import { newId } from '../../../platform/ids/ids.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { cleaned } from '../text.ts';
import { applyExpiry, changesSince, newPace, type Pace, readChanges } from './changes.ts';
import { Meanwhile } from './meanwhile.ts';
import type { DirectoryReader } from './reader.ts';
import type { DirectoryState } from './state/state.entity.ts';
import { type FollowerScope, isWanted, keep, lease, LeaseLost, newState, release, stateOf } from './state/states.ts';
import { DirectoryStateTable } from './state/state.entity.ts';
import { readWhole } from './whole.ts';

/** A directory that is connected. */
export interface Followed extends DirectoryScope {
  name: string;
  /** When its settings were changed last: what was read before was perhaps of something else. */
  changedAt: number | string;
}

/** Reads the same directory by the same settings over a connection of its own, whose failure ends nothing else. */
export type Beside = <T>(work: (reader: DirectoryReader) => Promise<T>) => Promise<T>;

export interface Source {
  /** The directories that are connected. */
  directories: () => Promise<Followed[]>;
  /** Runs `work` with a reader of one directory, over one server. */
  read: <T>(directory: Followed, work: (reader: DirectoryReader, beside: Beside) => Promise<T>) => Promise<T>;
  /** Ends every read that is under way, whatever the directory does. */
  stop?: () => void;
  /** A failure of the directory in a stable code and words for an administrator; null: it is no failure of the directory. */
  explain: (error: unknown) => { code: string; detail: string } | null;
}

/** How long a process that is silent keeps others from following. */
const leaseMs = 10_000;
/** What changes told nothing of is found by a whole read so often. */
const wholeEveryMs = 3_600_000;
/** A read is of lately for so long. */
const latelyMs = 60_000;
/** As often as there is a poll. */
const usualLookMs = 1_000;
/** As much of what a directory says as is kept. */
const mostDetail = 2_000;
/** So often while people wait: a right that the service account has again is no change to be seen. */
const heldEveryMs = 60_000;
/** A whole read that failed is tried again no sooner than this. */
const retryWholeMs = 5_000;

/** What this process remembers of a directory from one poll to the next. */
interface PollPace extends Pace {
  /** No whole read before this (performance.now). */
  retryAt: number;
  /** With which settings it was read whole (`changedAt`), even if their time has not come. */
  readFor: number | null;
}

/** Follows every connected directory: each by itself, so that one which is slow keeps no other waiting. */
export class DirectoryFollower {
  readonly #ground: Ground;
  readonly #source: Source;
  readonly #id = newId();
  readonly #running = new Map<string, Promise<void>>();
  readonly #paces = new Map<string, PollPace>();
  /** How those go that this process follows. */
  readonly #going = new Map<string, { failing: boolean; waiting: boolean }>();
  readonly #lookEveryMs: number;
  #stopped = false;

  /** @param lookEveryMs how often it is looked, while a directory is read whole, at what changes meanwhile */
  constructor(ground: Ground, source: Source, lookEveryMs = usualLookMs) {
    this.#ground = ground;
    this.#source = source;
    this.#lookEveryMs = lookEveryMs;
  }

  /** How many directories this process follows; of those, how many cannot be read, or wait for an administrator. */
  count(which: 'followed' | 'failing' | 'waiting'): number {
    const all = [...this.#going.values()];
    return which === 'followed' ? all.length : all.filter((one) => one[which]).length;
  }

  /** Begins a poll of each directory whose last one is over; waits for none. */
  async turn(): Promise<void> {
    const directories = await this.#source.directories();
    const ids = new Set(directories.map(({ connectionId }) => connectionId));
    for (const id of this.#paces.keys()) if (!ids.has(id)) this.#paces.delete(id);
    for (const id of this.#going.keys()) if (!ids.has(id)) this.#going.delete(id);
    for (const directory of directories) {
      const id = directory.connectionId;
      if (this.#stopped || this.#running.has(id)) continue;
      const poll = this.poll(directory).finally(() => this.#running.delete(id));
      this.#running.set(id, poll);
    }
  }

  /** Ends the polls that are under way, and lets another process follow. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#source.stop?.();
    await Promise.all(this.#running.values());
    await release(this.#ground, this.#id).catch(() => undefined); // the lease ends by itself
  }

  /** One look at one directory, whole or at what changed; a failure is written down, and changes nothing for anyone. */
  async poll(directory: Followed): Promise<void> {
    const { connectionId, organisationId, accountId, name } = directory;
    const identity = { type: 'System' as const, principalId: connectionId, userName: name, organisationId, accountId };
    const context = { requestId: newId(), clientAddress: 'carillon', userAgent: 'carillon', identity };
    await withContext(context, async () => {
      try {
        await this.#poll(directory);
      } catch (error) {
        await this.#failed(directory, error);
      }
    });
  }

  async #poll(directory: Followed): Promise<void> {
    const ground = this.#ground;
    const state = await this.#stateOf(directory);
    if (!(await lease(ground, directory.connectionId, this.#id, leaseMs))) {
      this.#going.delete(directory.connectionId);
      return;
    }
    this.#going.set(directory.connectionId, {
      failing: state.failingSince !== null,
      waiting: state.heldAt !== null && state.approvedAt === null,
    });
    await this.#mendTimes(directory, state);
    // What is written from here on is written only while the lease is this process's.
    const scope: FollowerScope = { ...directory, leaseBy: this.#id };
    await applyExpiry(ground, scope);
    const pace = this.#paceOf(directory);
    const changedAt = Number(directory.changedAt);
    const isRead = pace.readFor === changedAt;
    const whole =
      this.#isWholeDue(state, isRead ? 0 : changedAt) ||
      (await this.#mayTakeMore(directory, state)) ||
      (await this.#hasLost(directory, state));
    if (whole && performance.now() < pace.retryAt) return;
    await this.#source.read(directory, async (reader, beside) => {
      pace.retryAt = performance.now() + retryWholeMs;
      await this.#kept(directory, async () => {
        const meanwhile = this.#meanwhile(directory, scope, state, beside);
        const changed = !whole && (await readChanges(ground, scope, reader, state, pace, meanwhile));
        if (changed) return;
        await readWhole(ground, scope, reader, meanwhile);
        pace.readFor = changedAt;
      });
      pace.retryAt = 0;
    });
    if (state.failingSince !== null) {
      const none = { failingSince: null, errorCode: null, errorDetail: null };
      await keep(ground, directory.connectionId, none, this.#id);
      ground.log.info({ directoryId: directory.connectionId }, 'directory answers again');
    }
  }

  /**
   * What changes while all is read is looked at over a connection of its own: not every server keeps the place of two reads.
   * A look that fails ends no read, and is tried again. There is none where what was read before is not the present state,
   * or so long ago that it would read as much as the read itself.
   */
  #meanwhile(directory: Followed, scope: FollowerScope, state: DirectoryState, beside: Beside): Meanwhile {
    const { cursor, fullAt, readAt } = state;
    const isPresent = fullAt !== null && fullAt >= Number(directory.changedAt);
    const isLate = (readAt ?? 0) < clock.now() - latelyMs;
    let hasFailed = false;
    return new Meanwhile(isPresent && !isLate ? cursor : null, this.#lookEveryMs, async (since, changed) => {
      try {
        return await beside((reader) => changesSince(this.#ground, scope, reader, since, changed));
      } catch (error) {
        if (error instanceof LeaseLost || !this.#source.explain(error)) throw error;
        const { connectionId: directoryId } = directory;
        if (!hasFailed) this.#ground.log.warn({ directoryId, error }, 'no look at a directory beside its read');
        hasFailed = true;
        return since;
      } finally {
        await applyExpiry(this.#ground, scope);
      }
    });
  }

  /** A read can take longer than the lease. */
  async #kept(directory: Followed, work: () => Promise<void>): Promise<void> {
    const timer = setInterval(() => {
      void lease(this.#ground, directory.connectionId, this.#id, leaseMs).catch(() => undefined);
    }, leaseMs / 4);
    try {
      await work();
    } finally {
      clearInterval(timer);
    }
  }

  /**
   * A clock that was ahead, and was put right, leaves times that have not come: by them everything would be done already, or
   * never be. What is wanted is wanted now then, and what was done was done long ago.
   */
  async #mendTimes({ connectionId }: Followed, state: DirectoryState): Promise<void> {
    const now = clock.now();
    const { fullAt, groupsAt, readAt, fullWantedAt, groupsWantedAt } = state;
    const times = { fullAt, groupsAt, readAt, fullWantedAt, groupsWantedAt };
    const ahead = Object.entries(times).filter(([, at]) => at !== null && at > now + leaseMs);
    if (ahead.length === 0) return;
    const mended = ahead.map(([name]) => [name, name.endsWith('WantedAt') ? now : now - wholeEveryMs - 1]);
    const some = Object.fromEntries(mended) as Partial<DirectoryState>;
    Object.assign(state, some);
    await keep(this.#ground, connectionId, some, this.#id);
    this.#ground.log.warn({ directoryId: connectionId }, 'a clock has gone back: the directory is read whole');
  }

  #isWholeDue({ fullWantedAt, fullAt, fullMs, cursor, heldAt }: DirectoryState, changedAt: number): boolean {
    if (isWanted(fullWantedAt, fullAt) || cursor === null || fullAt === null) return true;
    if (heldAt !== null && fullAt < clock.now() - Math.max(heldEveryMs, 10 * (fullMs ?? 0))) return true;
    return fullAt < changedAt || fullAt < clock.now() - wholeEveryMs;
  }

  /** Whether a domain was verified since: entries with its addresses can become people now. */
  async #mayTakeMore({ accountId }: Followed, { fullAt }: DirectoryState): Promise<boolean> {
    const since = sql`"verifiedAt" >= ${fullAt ?? 0} AND "verifiedAt" <= ${clock.now()}`;
    const on = this.#ground.db.read;
    const held = sql`SELECT 1 FROM "domains" WHERE "accountId" = ${accountId} AND "state" = 'verified' AND ${since} LIMIT 1`;
    return (await firstRow(on, held)) !== null;
  }

  /** Whether people were deleted here since, as with their domain: their entries are nobody now, and tell why. */
  async #hasLost({ connectionId }: Followed, { fullAt }: DirectoryState): Promise<boolean> {
    // EXISTS, and no join: asked each second, it begins with the few who were deleted since.
    const lost = sql`SELECT 1 FROM "users" u WHERE u."deletedAt" >= ${fullAt ?? 0} AND u."deletedAt" <= ${clock.now()}
        AND EXISTS (SELECT 1 FROM "directory_entries" e WHERE e."localId" = u."id"
          AND e."directoryId" = ${connectionId} AND e."goneAt" IS NULL) LIMIT 1`;
    return (await firstRow(this.#ground.db.read, lost)) !== null;
  }

  async #stateOf(directory: Followed): Promise<DirectoryState> {
    const present = await stateOf(this.#ground.db.read, directory.connectionId);
    if (present) return present;
    const state = newState(directory);
    await this.#ground.db.write(async (m) => {
      if (!(await stateOf(m, directory.connectionId))) await m.insert(DirectoryStateTable, state);
    });
    return state;
  }

  #paceOf({ connectionId }: Followed): PollPace {
    const pace = this.#paces.get(connectionId) ?? { ...newPace(), retryAt: 0, readFor: null };
    this.#paces.set(connectionId, pace);
    return pace;
  }

  async #failed(directory: Followed, error: unknown): Promise<void> {
    const { connectionId: directoryId } = directory;
    if (this.#stopped) return; // by us
    if (error instanceof LeaseLost) {
      this.#going.delete(directoryId);
      this.#ground.log.warn({ directoryId }, 'another process follows the directory by now');
      return;
    }
    const explained = this.#source.explain(error);
    if (explained?.code === 'directory.notConnected') return; // meanwhile, by an administrator
    if (!explained) this.#ground.log.error({ error, directoryId }, 'following a directory failed');
    const { code, detail: words } = explained ?? { code: 'directory.failed', detail: 'see the log of the server' };
    // Windows ends what it says with a NUL.
    const detail = cleaned(words).slice(0, mostDetail);
    try {
      const state = await stateOf(this.#ground.db.read, directoryId);
      if (state?.failingSince == null) this.#ground.log.warn({ directoryId, code, error }, 'directory cannot be read');
      const failingSince = state?.failingSince ?? clock.now();
      if (state?.failingSince == null || state.errorCode !== code || state.errorDetail !== detail)
        await keep(this.#ground, directoryId, { failingSince, errorCode: code, errorDetail: detail });
    } catch (notKept) {
      this.#ground.log.error({ error: notKept, directoryId }, 'the state of a directory could not be kept');
    }
  }
}
