import { accountChangedTopic } from '../../../accounts/accounts/changed.ts';
import type { Database } from '../../../platform/database/database.ts';
import { patienceMs, within } from '../../../platform/database/errors.ts';
import { hashToken } from '../../../platform/ids/ids.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { ScimKey } from './key.entity.ts';
import { findScimKey, isGood, isGoodKey, scimKeyChangedTopic } from './keys.ts';

/** Unknown keys are not remembered, so what is remembered cannot be made to grow by asking. */
const mostRemembered = 10_000;

/** What a request has shown. */
export interface Pass {
  key: ScimKey;
  /** Whether the database has called the key good since the request came; else it was remembered. */
  isProven: boolean;
}

/**
 * Good keys by the hash of what was sent, for every request. On SQLite memory is right until a key changes, here or in
 * another process. Of another process's revocation a server on PostgreSQL hears a moment later, and a key must be refused by
 * the next request: what is remembered there is asked about beside the request's own first question, and before its answer.
 */
export class KeyMemory {
  readonly #db: Database;
  readonly #known = new Map<string, ScimKey>();
  #forgettings = 0;
  #gaps: number;

  constructor({ db, outbox }: Pick<Ground, 'db' | 'outbox'>) {
    this.#db = db;
    this.#gaps = db.gaps();
    outbox.listen(({ topic, subject }) => {
      if (topic === scimKeyChangedTopic) this.#forget(({ id }) => id === subject);
      // With its connection, or its account, a key goes unnamed.
      else if (topic === accountChangedTopic) this.#forget(({ accountId }) => accountId === subject);
    });
  }

  /** The key that this token is, if it was good when it was looked at last. @throws database.away */
  async find(token: string, now: number): Promise<Pass | null> {
    this.#noticeGaps();
    const hash = hashToken(token);
    const known = this.#known.get(hash);
    if (known) return isGood(known, now) ? { key: known, isProven: this.#db.engine === 'sqlite' } : null;
    const moment = this.#forgettings;
    const found = await within(patienceMs, findScimKey(this.#db.read, token));
    if (found && moment === this.#forgettings) {
      if (this.#known.size >= mostRemembered) this.#known.clear();
      this.#known.set(hash, found);
    }
    return found && { key: found, isProven: true };
  }

  /** Asks about a key that was remembered. @returns whether it is good @throws database.away */
  async prove(pass: Pass): Promise<boolean> {
    const { id } = pass.key;
    pass.isProven ||= await within(patienceMs, isGoodKey(this.#db.read, id));
    if (!pass.isProven) this.#forget((key) => key.id === id);
    return pass.isProven;
  }

  #noticeGaps(): void {
    const gaps = this.#db.gaps();
    if (gaps === this.#gaps) return;
    this.#gaps = gaps;
    this.#forget(() => true);
  }

  #forget(which: (key: ScimKey) => boolean): void {
    this.#forgettings++;
    for (const [hash, key] of this.#known) if (which(key)) this.#known.delete(hash);
  }
}
