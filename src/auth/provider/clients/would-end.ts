import { clock } from '../../../platform/clock/clock.ts';
import { firstRow } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';

/** What deleting a client ends. */
export interface Ending {
  /** People who are signed in there now. */
  people: number;
  /** Tokens that it holds. */
  tokens: number;
  /** Whether it will be told. */
  told: boolean;
}

/** What deleting this client would end, as it is now. */
export async function whatEnds(
  on: Reader,
  client: { id: string; backchannelLogoutUri: string | null },
): Promise<Ending> {
  const counts = await firstRow<{ people: number | string; tokens: number | string }>(
    on,
    sql`SELECT
      (SELECT COUNT(DISTINCT "userId") FROM "relying_party_sessions"
       WHERE "clientId" = ${client.id} AND "endedAt" IS NULL) AS "people",
      (SELECT COUNT(*) FROM "oidc_artifacts" WHERE "clientId" = ${client.id} AND "expiresAt" > ${clock.now()}
       AND "consumedAt" IS NULL AND "model" IN ('AccessToken', 'ClientCredentials', 'RefreshToken')) AS "tokens"`,
  );
  return {
    people: Number(counts?.people),
    tokens: Number(counts?.tokens),
    told: client.backchannelLogoutUri !== null,
  };
}
