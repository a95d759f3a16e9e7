import { clock } from '../../platform/clock/clock.ts';
import { lockRows } from '../../platform/database/lock.ts';
import { changed, later } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import type { User } from '../user.entity.ts';
import type { UserCause } from './cause.entity.ts';
import { markChanged, publishOut, raiseEpochs } from './out.ts';

type Who = Pick<User, 'id' | 'organisationId' | 'accountId'>;

/**
 * Somebody says no to a person: from this commit on they are out. Saying it again changes nothing.
 * @param setBy the id of the principal that says it
 * @param held of whoever has locked the person's row: what becomes the time of its last change, if it was news
 * @returns whether it was news
 */
export async function sayNo(
  ground: Ground,
  m: Writer,
  user: Who,
  cause: UserCause['cause'],
  setBy: string,
  held: { updatedAt: number | null } | null = null,
): Promise<boolean> {
  if (!held) await lockRows(m, 'users', [user.id]); // whoever says the same at once comes after, and finds it said
  const raised = raiseEpochs(
    m,
    sql`"id" = ${user.id} AND NOT EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = ${user.id} AND c."cause" = ${cause})`,
    cause,
    held?.updatedAt,
  );
  await later(
    m,
    sql`INSERT INTO "user_causes" ("userId", "cause", "since", "setBy")
        VALUES (${user.id}, ${cause}, ${clock.now()}, ${setBy}) ON CONFLICT DO NOTHING`,
  );
  const people = await raised;
  if (people.length === 0) return false;
  await publishOut(ground, m, user, user.id, people, cause);
  return true;
}

/**
 * Lifts a no that the same cause had set, and none but that: a directory's `active: true` never lifts an
 * administrator's suspension. What ended with the no stays ended.
 * @returns whether there was one
 */
export async function liftNo(ground: Ground, m: Writer, user: Who, cause: UserCause['cause']): Promise<boolean> {
  const lifted = await changed(
    m,
    sql`DELETE FROM "user_causes" WHERE "userId" = ${user.id} AND "cause" = ${cause} RETURNING "userId"`,
  );
  if (lifted.length === 0) return false;
  await markChanged(ground, m, [user.id]);
  return true;
}
