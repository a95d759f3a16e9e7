import { join, sql } from '../sql.ts';
import { later } from '../run.ts';
import type { News } from '../database.ts';
import type { Writer } from '../unit.ts';

/** Stores what others must hear, as events of the outbox that nothing is left to be done for. */
export async function storeNews(m: Writer, told: readonly News[]): Promise<void> {
  const values = told.map(
    ({ id, topic, subject, payload, createdAt }) =>
      sql`(${id}, ${topic}, ${subject}, ${JSON.stringify(payload)}, ${createdAt}, 'done', 0, 0)`,
  );
  await later(
    m,
    sql`INSERT INTO "outbox" ("id", "topic", "subject", "payload", "createdAt", "state", "attempts", "notBefore")
        VALUES ${join(values, ', ')}`,
  );
}
