import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { clock } from '../../platform/clock/clock.ts';
import { changed, firstRow, rows } from '../../platform/database/run.ts';
import { isOneOf, sql } from '../../platform/database/sql.ts';
import type { Ground } from '../../trail/ground.ts';
import { announceChanged } from '../lifecycle/out.ts';

/** People that one unit tells of; the next ones have a unit of their own, so that nobody's sign-in waits. */
const atOnce = 200;

/**
 * Tells those who remember people that their trial has ended: from then on they are what their licence says. Nobody is put
 * out by it. Each is told of once, by whichever process comes first.
 * @returns how many
 */
export async function tellOfEndedTrials(ground: Ground): Promise<number> {
  let told = 0;
  for (;;) {
    const now = clock.now();
    const due = sql`"trialEndsAt" <= ${now} AND "trialToldAt" IS NULL`;
    if (!(await firstRow(ground.db.read, sql`SELECT 1 FROM "users" WHERE ${due} LIMIT 1`))) return told;
    const action = { eventName: 'EndTrials', organisationId: nobodys.organisationId, accountId: nobodys.accountId };
    told += await ground.trail.perform(action, async (m) => {
      const some = await rows<{ id: string }>(m, sql`SELECT "id" FROM "users" WHERE ${due} LIMIT ${atOnce}`);
      const ids = some.map(({ id }) => id);
      const ended = await changed<{ id: string }>(
        m,
        sql`UPDATE "users" SET "trialToldAt" = ${now}, "version" = "version" + 1
            WHERE "id" ${isOneOf(ids)} AND "trialToldAt" IS NULL RETURNING "id"`,
      );
      if (ended.length > 0)
        announceChanged(
          ground,
          ended.map(({ id }) => id),
        );
      return { result: ended.length, responseElements: { users: ended.length } };
    });
  }
}
