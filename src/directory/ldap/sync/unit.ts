import type { Writer } from '../../../platform/database/unit.ts';
import { firstRow } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Action, Done } from '../../../trail/trail.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { ldapErrors } from '../errors.ts';

/**
 * A unit of work in the name of a directory, with its record. Reading takes its time: the directory must still be
 * connected when it is written down.
 * @throws directory.notConnected
 */
export function asDirectory<T>(
  ground: Ground,
  { organisationId, accountId, connectionId }: DirectoryScope,
  { requestParameters, ...action }: Omit<Action, 'organisationId' | 'accountId'>,
  unit: (m: Writer) => Promise<Done<T>>,
): Promise<T> {
  const named = { ...action, organisationId, accountId };
  return ground.trail.perform(
    { ...named, requestParameters: { directoryId: connectionId, ...requestParameters } },
    async (m) => {
      const connected = await firstRow(
        m,
        sql`SELECT 1 FROM "connections" WHERE "id" = ${connectionId} AND "accountId" = ${accountId}`,
      );
      if (!connected) throw ldapErrors('directory.notConnected');
      return unit(m);
    },
  );
}
