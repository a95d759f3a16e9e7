import { changed } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';

/** Everybody of an account must be read again; the subject is the account's id. */
export const accountChangedTopic = 'account.changed';

/** Says so (a mapping, a domain): one row, however many people, by a unit that has the account to itself. Ends nothing. */
export async function markAccountChanged(ground: Ground, m: Writer, accountId: string): Promise<void> {
  await ground.db.alone(accountId);
  await changed(m, sql`UPDATE "accounts" SET "version" = "version" + 1 WHERE "id" = ${accountId} RETURNING "id"`);
  ground.outbox.announce(accountChangedTopic, accountId);
}
