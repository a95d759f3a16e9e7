import { clock } from '../../../platform/clock/clock.ts';
import { rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Ground } from '../../../trail/ground.ts';
import { endRelyingParties } from './end.ts';

const keptMs = 30 * 86_400_000;

/**
 * Tells relying parties of sessions that are over and were not ended by their rows: a person, or an account, that is
 * gone, or an ID token that was granted in the very moment of the no. A session that ends by its time needs no telling:
 * the relying party's own ends by its time too.
 */
export async function tidyRelyingParties(ground: Ground): Promise<void> {
  const now = clock.now();
  const isOver = sql`(
    NOT EXISTS (SELECT 1 FROM "sessions" s WHERE s."id" = r."sessionId")
    OR EXISTS (
      SELECT 1 FROM "sessions" s LEFT JOIN "users" u ON u."id" = s."principalId"
      LEFT JOIN "accounts" a ON a."id" = u."accountId"
      WHERE s."id" = r."sessionId" AND s."expiresAt" > ${now} AND (s."endedAt" IS NOT NULL
        OR u."id" IS NULL OR u."epoch" <> s."epoch" OR a."epoch" <> s."accountEpoch")))`;
  await ground.db.write(async (m) => {
    await endRelyingParties(ground, m, isOver, 'signOut');
    await rows(
      m,
      sql`UPDATE "relying_party_sessions" SET "endedAt" = ${now}, "endedBecause" = 'expired'
          WHERE "endedAt" IS NULL AND "sessionId" IN (SELECT "id" FROM "sessions" WHERE "expiresAt" <= ${now})`,
    );
    await rows(m, sql`DELETE FROM "relying_party_sessions" WHERE "endedAt" < ${now - keptMs}`);
    await rows(m, sql`DELETE FROM "logout_deliveries" WHERE "finishedAt" < ${now - keptMs}`);
  });
}
