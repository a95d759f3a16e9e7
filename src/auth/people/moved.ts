import { changed, rows } from '../../platform/database/run.ts';
import { list, sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import type { PeopleMoved } from '../../users/lifecycle/move.ts';
import { endRelyingParties } from '../provider/logout/end.ts';

/**
 * Takes the devices of people along who moved to another account, in the unit that moves them: each that was alive goes on
 * under the new epochs, and so does what they sign in by. Grants and tokens stay under the old ones, and are dead;
 * relying parties are told.
 */
export const takeDevicesAlong =
  (ground: Ground) =>
  async (m: Writer, { from, to, people }: PeopleMoved): Promise<void> => {
    for (const { id, formerEpoch, epoch } of people) {
      await changed(
        m,
        sql`UPDATE "sessions" SET "organisationId" = ${to.organisationId}, "accountId" = ${to.id}, "epoch" = ${epoch},
              "accountEpoch" = ${to.epoch}
            WHERE "principalId" = ${id} AND "kind" = 'user' AND "endedAt" IS NULL AND "epoch" = ${formerEpoch}
              AND "accountEpoch" = ${from.epoch} RETURNING "id"`,
      );
    }
    const moved = list(people.map(({ id }) => id));
    await rows(
      m,
      sql`UPDATE "logins" SET "organisationId" = ${to.organisationId}, "accountId" = ${to.id}
          WHERE "userId" IN (${moved})`,
    );
    await endRelyingParties(ground, m, sql`r."userId" IN (${moved})`, 'moved');
  };
