import { In } from 'typeorm';
import { clock } from '../../../platform/clock/clock.ts';
import { changed, firstRow, rows } from '../../../platform/database/run.ts';
import { list, sql } from '../../../platform/database/sql.ts';
import type { Ground } from '../../../trail/ground.ts';
import { type LogoutDelivery, LogoutDeliveryTable } from './delivery.entity.ts';

/** A claim that is older belongs to a process that died; every attempt is over long before. */
const claimMs = 60_000;
/** Two processes that claim in the same millisecond mostly differ by this, so that each knows its own claims. */
const spreadMs = 1_000;
const firstPauseMs = 1_000;
const longestPauseMs = 3_600_000;
/** A relying party that has not been reached for so long is not told any more; its sessions have mostly expired. */
const longestMs = 24 * 3_600_000;

const due = (now: number) =>
  sql`"finishedAt" IS NULL AND "notBefore" <= ${now} AND ("state" = 'ready' OR "claimedUntil" < ${now})`;

/** A client that something is due for, and whose it is. */
export type Due = Pick<LogoutDelivery, 'clientId' | 'organisationId'>;

/** The table of logout tokens to deliver: ready → claimed → delivered, or ready again later, or failed in the end. */
export class DeliveryQueue {
  readonly #ground: Ground;
  /** Claims of this process that nobody has in hand any more: the database was away when they were to be kept or ended. */
  readonly #lost: { ids: readonly string[]; claimedUntil: number }[] = [];

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /**
   * Clients that something is due for: each organisation's first before anybody's second, and in an organisation those
   * first that were not tried in vain, so that whoever never answers keeps nobody else waiting.
   * @param busy clients, and whose they are, that are being told now
   * @param share of an organisation; `most` are told at the same time in all
   */
  async clientsDue(
    busy: ReadonlyMap<string, string>,
    { most, share }: { most: number; share: number },
  ): Promise<Due[]> {
    await this.#takeBackLost();
    const now = clock.now();
    const { read } = this.#ground.db;
    if (!(await firstRow(read, sql`SELECT 1 FROM "logout_deliveries" WHERE ${due(now)} LIMIT 1`))) return [];
    const taken = Map.groupBy(busy.values(), (organisationId) => organisationId);
    const leftOf = (organisationId: string): number => share - (taken.get(organisationId)?.length ?? 0);
    const full = [...taken.keys()].filter((organisationId) => leftOf(organisationId) <= 0);
    const found = await rows<Due & { place: number | string }>(
      read,
      sql`SELECT "clientId", "organisationId", "place" FROM (
            SELECT "clientId", "organisationId", MIN("createdAt") AS "since", ROW_NUMBER() OVER (
              PARTITION BY "organisationId" ORDER BY MIN("attempts"), MIN("createdAt"), "clientId") AS "place"
            FROM "logout_deliveries"
            WHERE ${due(now)} AND "clientId" NOT IN (${list(['', ...busy.keys()])})
              AND "organisationId" NOT IN (${list(['', ...full])})
            GROUP BY "clientId", "organisationId") w
          WHERE "place" <= ${share} ORDER BY "place", "since"`,
    );
    return found
      .filter(({ organisationId, place }) => Number(place) <= leftOf(organisationId))
      .slice(0, Math.max(0, most - busy.size));
  }

  /** Takes deliveries to one client, the oldest first; nobody else has them then. */
  async claim(clientId: string, most: number): Promise<LogoutDelivery[]> {
    const now = clock.now();
    const candidates = await rows<{ id: string }>(
      this.#ground.db.read,
      sql`SELECT "id" FROM "logout_deliveries" WHERE "clientId" = ${clientId} AND ${due(now)}
          ORDER BY "createdAt", "id" LIMIT ${most}`,
    );
    if (candidates.length === 0) return [];
    const wanted = candidates.map(({ id }) => id);
    const claimedUntil = now + claimMs + Math.floor(Math.random() * spreadMs);
    try {
      const claimed = await this.#ground.db.write((m) =>
        changed<{ id: string }>(
          m,
          sql`UPDATE "logout_deliveries" SET "state" = 'claimed', "claimedUntil" = ${claimedUntil}
              WHERE "id" IN (${list(wanted)}) AND ${due(now)} RETURNING "id"`,
        ),
      );
      const where = { id: In(claimed.map(({ id }) => id)) };
      const order = { createdAt: 'ASC', id: 'ASC' } as const;
      return await this.#ground.db.read.find(LogoutDeliveryTable, { where, order });
    } catch (error) {
      this.#lost.push({ ids: wanted, claimedUntil }); // it may be stored all the same
      throw error;
    }
  }

  /** Of these nobody knows any more what became of them, and nobody has them in hand: what is still claimed is ready again. */
  lose(deliveries: readonly LogoutDelivery[]): void {
    for (const [claimedUntil, some] of Map.groupBy(deliveries, (each) => each.claimedUntil)) {
      if (claimedUntil !== null) this.#lost.push({ ids: some.map(({ id }) => id), claimedUntil });
    }
  }

  /** As soon as the database is there again; a commit may come late, so each is looked for until its claim has run out. */
  async #takeBackLost(): Promise<void> {
    const now = clock.now();
    for (const { ids, claimedUntil } of this.#lost) {
      const which = sql`"id" IN (${list(ids)}) AND "state" = 'claimed' AND "claimedUntil" = ${claimedUntil}`;
      const found = await firstRow(this.#ground.db.read, sql`SELECT 1 FROM "logout_deliveries" WHERE ${which} LIMIT 1`);
      if (!found) continue;
      const change = sql`UPDATE "logout_deliveries" SET "state" = 'ready', "claimedUntil" = NULL WHERE ${which}`;
      await this.#ground.db.write((m) => rows(m, change));
    }
    const open = this.#lost.filter(({ claimedUntil }) => claimedUntil >= now);
    this.#lost.splice(0, this.#lost.length, ...open);
  }

  /** It was told, and the trail says so. */
  async delivered(delivery: LogoutDelivery): Promise<void> {
    await this.#finish('DeliverLogoutToken', 'delivered', delivery, null);
  }

  /** Tries again later, each time later than the last; gives up after a day, and the trail says so. */
  async missed(delivery: LogoutDelivery, reason: string): Promise<void> {
    const now = clock.now();
    const lastError = reason.slice(0, 200);
    const attempts = delivery.attempts + 1;
    if (now - delivery.createdAt >= longestMs) {
      await this.#finish('AbandonLogoutToken', 'failed', delivery, lastError);
      return;
    }
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(delivery.attempts, 20));
    const notBefore = Math.min(now + pause, delivery.createdAt + longestMs);
    const change = { state: 'ready', claimedUntil: null, attempts, notBefore, lastError } as const;
    await this.#ground.db.write((m) => m.update(LogoutDeliveryTable, { id: delivery.id }, change));
  }

  /** What was claimed and not tried is ready again. */
  async release(deliveries: readonly LogoutDelivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    await this.#ground.db.write((m) =>
      rows(
        m,
        sql`UPDATE "logout_deliveries" SET "state" = 'ready', "claimedUntil" = NULL
            WHERE "id" IN (${list(deliveries.map(({ id }) => id))}) AND "state" = 'claimed'`,
      ),
    );
  }

  /** Nothing that waits for this client is tried before then: it does not answer. */
  async pause(clientId: string, failures: number): Promise<void> {
    const notBefore = clock.now() + Math.min(60_000, firstPauseMs * 2 ** Math.min(failures - 1, 20));
    await this.#ground.db.write((m) =>
      rows(
        m,
        sql`UPDATE "logout_deliveries" SET "notBefore" = ${notBefore}
            WHERE "clientId" = ${clientId} AND "state" = 'ready' AND "finishedAt" IS NULL AND "notBefore" < ${notBefore}`,
      ),
    );
  }

  async #finish(
    eventName: string,
    state: 'delivered' | 'failed',
    delivery: LogoutDelivery,
    lastError: string | null,
  ): Promise<void> {
    const { id, organisationId, accountId, clientId, userId, because } = delivery;
    const requestParameters = { clientId, userId, sid: id, cause: because };
    const action = { eventName, organisationId, accountId, requestParameters };
    await this.#ground.trail.perform(action, async (m) => {
      const finishedAt = clock.now();
      const attempts = delivery.attempts + 1;
      await m.update(LogoutDeliveryTable, { id }, { state, claimedUntil: null, attempts, finishedAt, lastError });
      const milliseconds = finishedAt - delivery.createdAt;
      return { result: undefined, responseElements: { attempts, milliseconds, ...(lastError && { lastError }) } };
    });
  }
}
