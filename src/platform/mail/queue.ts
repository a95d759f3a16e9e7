import { clock } from '../clock/clock.ts';
import { changed, firstRow, rows } from '../database/run.ts';
import { asRows } from '../database/select.ts';
import { isOneOf, list, sql } from '../database/sql.ts';
import type { Writer } from '../database/unit.ts';
import { type Mail, MailTable } from './mail.entity.ts';
import type { MailGround } from './post.ts';

/** A claim that is older belongs to a process that died: every attempt is over long before. */
const claimMs = 300_000;
const firstPauseMs = 5_000;
const longestPauseMs = 900_000;
const claimedAtOnce = 10;

/** What became of a mail. */
export interface Fate extends Pick<Mail, 'id' | 'kind' | 'organisationId' | 'accountId' | 'aboutId'> {
  outcome: 'Sent' | 'Failed';
  /** Why it failed: a word and the server's number, nothing of what it said. */
  reason: string | null;
}

/** Is told of a mail's fate in the unit that ends it; on PostgreSQL perhaps more than once. */
export type FateHandler = (m: Writer, fate: Fate) => Promise<void>;

/** The table of waiting mails. */
export class MailQueue {
  readonly #ground: Pick<MailGround, 'db'>;
  readonly #handlers: ReadonlyMap<string, FateHandler>;

  constructor(ground: Pick<MailGround, 'db'>, handlers: ReadonlyMap<string, FateHandler>) {
    this.#ground = ground;
    this.#handlers = handlers;
  }

  /** Takes some of what is due, the oldest first; nobody else has it then. */
  async claim(): Promise<Mail[]> {
    const now = clock.now();
    const due = sql`"notBefore" <= ${now} AND ("state" = 'ready' OR "claimedUntil" < ${now})`;
    const { db } = this.#ground;
    if (!(await firstRow(db.read, sql`SELECT "id" FROM "mails" WHERE ${due} LIMIT 1`))) return [];
    const claimed = await db.write(async (m) => {
      await db.alone('mail claims');
      const first = sql`SELECT "id" FROM "mails" WHERE ${due} ORDER BY "notBefore", "id" LIMIT ${claimedAtOnce}`;
      const ids = (await rows<{ id: string }>(m, first)).map(({ id }) => id);
      return rows<Mail>(
        m,
        sql`UPDATE "mails" SET "state" = 'claimed', "claimedUntil" = ${now + claimMs}, "attempts" = "attempts" + 1
            WHERE "id" ${isOneOf(ids)} AND ${due} RETURNING *`,
      );
    });
    return asRows(MailTable, claimed).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** It is over with this mail: sent, or never to be. Whoever waits for that is told in the same unit. */
  async end(mail: Mail, outcome: Fate['outcome'], reason: string | null = null): Promise<void> {
    const { id, kind, organisationId, accountId, aboutId } = mail;
    await this.#ground.db.write(async (m) => {
      // Taken back or ended by another meanwhile: then that one tells.
      const gone = await changed(
        m,
        sql`DELETE FROM "mails" WHERE "id" = ${id} AND "claimedUntil" = ${mail.claimedUntil} RETURNING "id"`,
      );
      if (gone.length === 0) return;
      await this.#handlers.get(kind)?.(m, { id, kind, organisationId, accountId, aboutId, outcome, reason });
    });
  }

  /** It is tried again, later each time. */
  async later(mail: Mail, reason: string): Promise<void> {
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(mail.attempts - 1, 20));
    await this.#set(mail, clock.now() + pause, reason);
  }

  /** What was claimed and not tried is ready again. */
  async release(mails: readonly Mail[], notBefore = 0): Promise<void> {
    if (mails.length === 0) return;
    await this.#ground.db.write((m) =>
      rows(
        m,
        sql`UPDATE "mails" SET "state" = 'ready', "claimedUntil" = NULL, "attempts" = "attempts" - 1,
              "notBefore" = ${notBefore}
            WHERE "state" = 'claimed' AND "claimedUntil" = ${mails[0]?.claimedUntil ?? 0}
              AND "id" IN (${list(mails.map(({ id }) => id))})`,
      ),
    );
  }

  async #set({ id, claimedUntil }: Mail, notBefore: number, lastError: string): Promise<void> {
    await this.#ground.db.write((m) =>
      rows(
        m,
        sql`UPDATE "mails" SET "state" = 'ready', "claimedUntil" = NULL, "notBefore" = ${notBefore},
              "lastError" = ${lastError.slice(0, 200)}
            WHERE "id" = ${id} AND "claimedUntil" = ${claimedUntil}`,
      ),
    );
  }
}
