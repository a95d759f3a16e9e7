import type { Writer } from '../../../platform/database/unit.ts';
import { firstRow } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Action, Done } from '../../../trail/trail.ts';
import { ldapErrors } from '../errors.ts';
import { type FollowerScope, requireLease } from './state/states.ts';

/**
 * A unit of work in the name of a directory, with its record. Reading takes its time: the directory must still be
 * connected when it is written down, and a follower must be the one that follows still.
 * @throws directory.notConnected, LeaseLost
 */
export async function asDirectory<T>(
  ground: Ground,
  { organisationId, accountId, connectionId, leaseBy }: FollowerScope,
  { requestParameters, ...action }: Omit<Action, 'organisationId' | 'accountId'>,
  unit: (m: Writer) => Promise<Done<T>>,
): Promise<T> {
  const named = { ...action, organisationId, accountId };
  const whole = { ...named, requestParameters: { directoryId: connectionId, ...requestParameters } };
  try {
    return await ground.trail.perform(whole, async (m) => {
      const scope = { organisationId, accountId, connectionId, ...(leaseBy !== undefined && { leaseBy }) };
      const leased = requireLease(m, scope);
      leased.catch(() => undefined); // asked together, and looked at after it
      const connected = await firstRow(
        m,
        sql`SELECT 1 FROM "connections" WHERE "id" = ${connectionId} AND "accountId" = ${accountId}`,
      );
      if (!connected) throw new Disconnected();
      await leased;
      return unit(m);
    });
  } catch (error) {
    throw error instanceof Disconnected ? ldapErrors('directory.notConnected') : error;
  }
}

/** The directory was disconnected meanwhile: nobody refused anything to anybody, so it leaves no record. */
class Disconnected extends Error {}
