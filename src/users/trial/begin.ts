import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { clock } from '../../platform/clock/clock.ts';
import { changed } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { announceChanged } from '../lifecycle/out.ts';
import { nextTrial, noTrial } from './trial.ts';

/**
 * To be called by every sign-in of an own account, in its unit and before it asks what the person is entitled to: the
 * first one of somebody who registered on their own begins their trial; every other does nothing.
 * @returns whether it began
 */
export async function beginTrial(ground: Ground, m: Writer, userId: string): Promise<boolean> {
  const { trialStartedAt, trialEndsAt } = nextTrial(noTrial, 'begin', clock.now());
  const begun = await changed(
    m,
    sql`UPDATE "users" SET "trialStartedAt" = ${trialStartedAt}, "trialEndsAt" = ${trialEndsAt}, "version" = "version" + 1
        WHERE "id" = ${userId} AND "accountId" = ${nobodys.accountId} AND "trialEndsAt" IS NULL RETURNING "id"`,
  );
  if (begun.length > 0) announceChanged(ground, [userId]);
  return begun.length > 0;
}
