import { sql, type Sql } from '../../../platform/database/sql.ts';
import { mostOfKey } from './waiting.ts';

/** The oldest of the last requests of a key, which alone are shown; null where there are fewer. */
export const oldestOfLast = (keyId: string): Sql =>
  sql`(SELECT "id" FROM "scim_requests" WHERE "keyId" = ${keyId} ORDER BY "id" DESC LIMIT 1 OFFSET ${mostOfKey - 1})`;

/** Deletes what is older than the last requests of a key. */
export const deletionBeyondLast = (keyId: string): Sql =>
  sql`DELETE FROM "scim_requests" WHERE "keyId" = ${keyId} AND "id" < ${oldestOfLast(keyId)}`;

/** Requests beyond the last ones of a key that a process lets lie, so that they are not counted at each write. */
const slack = 100;
/** Keys that are known; who comes beyond is counted anew. */
const mostKnown = 10_000;

/** How many requests of each key this process has written since it last deleted what was beyond the last ones. */
export class Lying {
  readonly #ofKey = new Map<string, number>();

  /** Whether as many may lie there, once these are written, as are deleted. */
  isDue(keyId: string, count: number): boolean {
    return (this.#ofKey.get(keyId) ?? slack) + count > slack;
  }

  /** To be told when these are committed. @param isPruned whether what was beyond the last ones went with that */
  wrote(keyId: string, count: number, isPruned: boolean): void {
    if (this.#ofKey.size >= mostKnown) this.#ofKey.clear();
    this.#ofKey.set(keyId, isPruned ? 0 : (this.#ofKey.get(keyId) ?? slack) + count);
  }
}
