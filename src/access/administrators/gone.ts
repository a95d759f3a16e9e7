import { changed } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { administratorChangedTopic } from './set-up.ts';

/**
 * The administrators of an organisation that is deleted: gone at once, with what hangs on their rows. Nothing that they
 * hold finds them any more.
 */
export const dropAdministrators =
  ({ outbox }: Ground) =>
  async (m: Writer, organisationId: string): Promise<void> => {
    const gone = await changed<{ id: string }>(
      m,
      sql`DELETE FROM "administrators" WHERE "organisationId" = ${organisationId} RETURNING "id"`,
    );
    for (const { id } of gone) outbox.announce(administratorChangedTopic, id);
  };
