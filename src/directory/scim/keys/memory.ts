import { accountChangedTopic } from '../../../accounts/accounts/changed.ts';
import type { Database } from '../../../platform/database/database.ts';
import { patienceMs, within } from '../../../platform/database/errors.ts';
import { hashToken } from '../../../platform/ids/ids.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { ScimKey } from './key.entity.ts';
import { findScimKey, isGood, scimKeyChangedTopic } from './keys.ts';

/** Unknown keys are not remembered, so what is remembered cannot be made to grow by asking. */
const mostRemembered = 10_000;

/**
 * Good keys by the hash of what was sent, for every request: on SQLite from memory until one changes, here or in another
 * process; PostgreSQL is asked each time. A change is asked for the key once more in its unit of work (`isGoodKey`).
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

  /** The key that this token is, if it is good now. @throws database.away */
  async find(token: string, now: number): Promise<ScimKey | null> {
    // Another process's revocation is heard of a moment later on PostgreSQL, and a key must be refused by the next request.
    if (this.#db.engine === 'postgres') return within(patienceMs, findScimKey(this.#db.read, token));
    this.#noticeGaps();
    const hash = hashToken(token);
    const known = this.#known.get(hash);
    if (known) return isGood(known, now) ? known : null;
    const moment = this.#forgettings;
    const found = await within(patienceMs, findScimKey(this.#db.read, token));
    if (found && moment === this.#forgettings) {
      if (this.#known.size >= mostRemembered) this.#known.clear();
      this.#known.set(hash, found);
    }
    return found;
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
