import { rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { FateHandler } from '../../platform/mail/queue.ts';

/** Keeps what became of an invitation's mail. */
export const invitationFate: FateHandler = async (m, { aboutId, accountId, outcome }) => {
  await rows(
    m,
    sql`UPDATE "invitations" SET "emailStatus" = ${outcome} WHERE "accountId" = ${accountId} AND "id" = ${aboutId}`,
  );
};
