import { rows } from '../../platform/database/run.ts';
import { list, sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { PeopleMoved } from '../../users/lifecycle/move.ts';

/** By what people sign in goes with them to another account. */
export async function moveLogins(m: Writer, { to, people }: PeopleMoved): Promise<void> {
  await rows(
    m,
    sql`UPDATE "logins" SET "organisationId" = ${to.organisationId}, "accountId" = ${to.id}
        WHERE "userId" IN (${list(people.map(({ id }) => id))})`,
  );
}
