import type { Database } from '../../../platform/database/database.ts';
import type { Outbox } from '../../../platform/outbox/outbox.ts';
import type { Artifact } from './artifact.entity.ts';

/** Tokens have ended by their rows: whoever remembers them forgets them. */
const tokensEndedTopic = 'tokens.ended';

/** What resource servers ask about again and again, and what nothing but its end changes. */
const kinds: ReadonlySet<string> = new Set(['AccessToken', 'ClientCredentials']);
/** About 1 kB each; more than this many at once and the memory starts anew. */
const mostRemembered = 50_000;

/** Whether an end of this kind of artifact must be announced. */
export const isRememberedKind = (model: string): boolean => kinds.has(model);

/** To be called in the unit that ends tokens: from its commit on nobody remembers them. */
export function announceEnded(outbox: Pick<Outbox, 'announce'>, ids: readonly string[]): void {
  if (ids.length > 0) outbox.announce(tokensEndedTopic, ids[0]!, { ids });
}

/**
 * The rows of tokens, from memory until they end. It knows what is stored and no more: whether a token's person, session
 * and client are still good is asked at each look.
 */
export class RememberedTokens {
  readonly #db: Database;
  readonly #known = new Map<string, Artifact>();
  /** Counts every forgetting, so that what was read before one is not remembered after it. */
  #forgettings = 0;
  #gaps: number;

  constructor(db: Database, outbox: Outbox) {
    this.#db = db;
    this.#gaps = db.gaps();
    outbox.listen(({ topic, payload }) => {
      if (topic !== tokensEndedTopic) return;
      this.#forgettings++;
      for (const id of (payload as { ids: string[] }).ids) this.#known.delete(id);
    });
  }

  /** To be noted before the database is asked for what may then be remembered. */
  get moment(): number {
    this.#noticeGaps();
    return this.#forgettings;
  }

  get(id: string): Artifact | undefined {
    this.#noticeGaps();
    return this.#known.get(id);
  }

  /** Remembers a token, unless something was forgotten since `moment`. */
  remember(moment: number, row: Artifact): void {
    if (moment !== this.moment || !kinds.has(row.model)) return;
    if (this.#known.size >= mostRemembered) this.#known.clear();
    this.#known.set(row.id, row);
  }

  #noticeGaps(): void {
    const gaps = this.#db.gaps();
    if (gaps === this.#gaps) return;
    this.#gaps = gaps;
    this.#forgettings++;
    this.#known.clear();
  }
}
