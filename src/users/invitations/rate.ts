import { clock } from '../../platform/clock/clock.ts';
import { changed } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { userErrors } from '../errors.ts';

const dayMs = 86_400_000;

/**
 * Takes one mail out of what an organisation may send in a day, in the unit that posts it: as many at once as there are in
 * a day, then one for each that time gives back (a leaky bucket, kept as the time at which it is empty).
 * @param perDay INVITATIONS_PER_DAY
 * @throws invitation.rateReached
 */
export async function takeMail(m: Writer, organisationId: string, perDay: number): Promise<void> {
  const now = clock.now();
  const each = Math.ceil(dayMs / perDay);
  const since = sql`CASE WHEN "invitation_rates"."usedUntil" > ${now} THEN "invitation_rates"."usedUntil"
      ELSE CAST(${now} AS bigint) END`;
  const [taken] = await changed(
    m,
    sql`INSERT INTO "invitation_rates" ("organisationId", "usedUntil") VALUES (${organisationId}, ${now + each})
        ON CONFLICT ("organisationId") DO UPDATE SET "usedUntil" = ${since} + ${each}
        WHERE ${since} + ${each} <= ${now + each * perDay} RETURNING "usedUntil"`,
  );
  if (!taken) throw userErrors('invitation.rateReached', { values: { perDay }, retryAfter: Math.ceil(each / 1000) });
}
