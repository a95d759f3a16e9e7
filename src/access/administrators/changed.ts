import { changed } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Sessions } from '../../auth/sessions/sessions.ts';
import type { Ground } from '../../trail/ground.ts';

/** Memory must forget this administrator. */
export const administratorChangedTopic = 'administrator.changed';

/**
 * A no to an administrator, inside the unit that says it: everything that was born before is refused from its commit
 * on, whatever other process wrote it; rows and open pages end with it.
 */
export async function putOut(
  { outbox }: Ground,
  sessions: Sessions,
  m: Writer,
  id: string,
  because: string,
  keep = '',
): Promise<void> {
  await changed(
    m,
    sql`UPDATE "administrators" SET "epoch" = "epoch" + 1, "version" = "version" + 1 WHERE "id" = ${id} RETURNING "id"`,
  );
  await sessions.endAll(m, id, because, keep);
  outbox.announce(administratorChangedTopic, id);
}
