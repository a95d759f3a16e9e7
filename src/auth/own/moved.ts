import { rows } from '../../platform/database/run.ts';
import { list, sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { forgetMails } from '../../platform/mail/post.ts';
import type { PeopleMoved } from '../../users/lifecycle/move.ts';
import { endLinks } from './links.ts';

/** By what people sign in goes with them to another account. */
export async function moveLogins(m: Writer, { to, people }: PeopleMoved): Promise<void> {
  await rows(
    m,
    sql`UPDATE "logins" SET "organisationId" = ${to.organisationId}, "accountId" = ${to.id}
        WHERE "userId" IN (${list(people.map(({ id }) => id))})`,
  );
}

/** What was mailed to people who are erased, and waits to be; their logins go with their rows. */
export async function eraseLinks(m: Writer, userIds: readonly string[]): Promise<void> {
  await endLinks(m, { userIds });
  await forgetMails(m, userIds);
}
