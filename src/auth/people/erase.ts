import { rows } from '../../platform/database/run.ts';
import { list, sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';

/** Erases what people's devices left: addresses and browsers, in rows that would outlive their person. */
export async function eraseSessions(m: Writer, userIds: readonly string[]): Promise<void> {
  await rows(m, sql`DELETE FROM "sessions" WHERE "kind" = 'user' AND "principalId" IN (${list(userIds)})`);
}
