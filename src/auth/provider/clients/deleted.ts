import { rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Handler } from '../../../platform/outbox/consumer.ts';
import type { Ground } from '../../../trail/ground.ts';

/** After a client was deleted: its grants, tokens and consents go too. Nothing of them was accepted any more. */
export const dropWhatClientHeld =
  (ground: Ground): Handler =>
  async ({ subject: clientId }) => {
    await ground.db.write(async (m) => {
      await rows(m, sql`DELETE FROM "oidc_artifacts" WHERE "clientId" = ${clientId}`);
      await rows(m, sql`DELETE FROM "oidc_consents" WHERE "clientId" = ${clientId}`);
    });
  };
