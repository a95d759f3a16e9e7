import { changed } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { KeyOwner } from './keys.ts';

/**
 * Ends every access key of an administrator who is reset, in the unit that resets them: whoever sets the new password
 * need not be who holds the keys.
 * @returns their ids
 */
export async function endAccessKeys(m: Writer, { organisationId, administratorId }: KeyOwner): Promise<string[]> {
  const ended = await changed<{ id: string }>(
    m,
    sql`DELETE FROM "access_keys"
        WHERE "administratorId" = ${administratorId} AND "organisationId" = ${organisationId} RETURNING "id"`,
  );
  return ended.map(({ id }) => id);
}
