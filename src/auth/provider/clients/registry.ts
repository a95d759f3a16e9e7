import type { Database } from '../../../platform/database/database.ts';
import { patienceMs, within } from '../../../platform/database/errors.ts';
import type { Outbox } from '../../../platform/outbox/outbox.ts';
import { type OidcClient, OidcClientTable } from './client.entity.ts';

/** A client was changed: memory must forget it. Its subject is the client's id. */
export const clientChangedTopic = 'client.changed';
/** A client is gone: what was given to it is refused already; its grants and tokens are left to be deleted. */
export const clientDeletedTopic = 'client.deleted';

/** Unknown ids are not remembered, so what is remembered cannot be made to grow by asking. */
const mostRemembered = 20_000;
/** Whatever else is sent as an id is nobody's, also where the database takes no such text (NUL, on PostgreSQL). */
const isId = /^[\w-]{1,64}$/;

/** Clients by id, for every request that one makes: from memory until it changes. */
export class ClientRegistry {
  readonly #db: Database;
  readonly #known = new Map<string, OidcClient>();
  #forgettings = 0;
  #gaps: number;

  constructor(db: Database, outbox: Outbox) {
    this.#db = db;
    this.#gaps = db.gaps();
    outbox.listen(({ topic, subject }) => {
      if (topic !== clientChangedTopic && topic !== clientDeletedTopic) return;
      this.#forgettings++;
      this.#known.delete(subject);
    });
  }

  /** The client of this id, as it is now; null when there is none. @throws database.away */
  async find(id: string): Promise<OidcClient | null> {
    if (!isId.test(id)) return null;
    this.#noticeGaps();
    const known = this.#known.get(id);
    if (known) return known;
    const moment = this.#forgettings;
    const found = await within(patienceMs, this.#db.read.findOneBy(OidcClientTable, { id }));
    if (found && moment === this.#forgettings) {
      if (this.#known.size >= mostRemembered) this.#known.clear();
      this.#known.set(id, found);
    }
    return found;
  }

  #noticeGaps(): void {
    const gaps = this.#db.gaps();
    if (gaps === this.#gaps) return;
    this.#gaps = gaps;
    this.#forgettings++;
    this.#known.clear();
  }
}
