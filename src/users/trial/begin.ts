import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { clock } from '../../platform/clock/clock.ts';
import { changed, firstRow } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import type { User } from '../user.entity.ts';
import { announceChanged } from '../lifecycle/out.ts';
import { nextTrial, noTrial, type Trial } from './trial.ts';

/** Whether somebody's next sign-in may begin their trial: of everybody else `beginTrial` changes nothing. */
export const awaitsTrial = ({ accountId, trialEndsAt }: Pick<User, 'accountId' | 'trialEndsAt'>): boolean =>
  accountId === nobodys.accountId && trialEndsAt === null;

/**
 * To be called by every sign-in of an own account, in its unit and before it asks what the person is entitled to: the
 * first one of somebody who registered on their own begins their trial, or goes on with the one that they had before they
 * deleted themselves, as long as that is known; every other does nothing.
 * @returns whether it began
 */
export async function beginTrial(ground: Ground, m: Writer, userId: string): Promise<boolean> {
  const { trialStartedAt, trialEndsAt } = (await formerTrial(m, userId)) ?? nextTrial(noTrial, 'begin', clock.now());
  const begun = await changed(
    m,
    sql`UPDATE "users" SET "trialStartedAt" = ${trialStartedAt}, "trialEndsAt" = ${trialEndsAt}, "version" = "version" + 1
        WHERE "id" = ${userId} AND "accountId" = ${nobodys.accountId} AND "trialEndsAt" IS NULL RETURNING "id"`,
  );
  if (begun.length > 0) announceChanged(ground, [userId]);
  return begun.length > 0;
}

/** The trial of whoever had this address, was deleted or released, and is not erased yet: registering anew gives no other. */
async function formerTrial(m: Writer, userId: string): Promise<Pick<Trial, 'trialStartedAt' | 'trialEndsAt'> | null> {
  const found = await firstRow<{ startedAt: number | string | null; endsAt: number | string }>(
    m,
    sql`SELECT f."trialStartedAt" AS "startedAt", f."trialEndsAt" AS "endsAt" FROM "users" u JOIN "users" f
          ON f."primaryDomain" = u."primaryDomain" AND f."primaryAddressKey" = u."primaryAddressKey"
        WHERE u."id" = ${userId} AND u."accountId" = ${nobodys.accountId} AND u."trialEndsAt" IS NULL
          AND f."id" <> u."id" AND (f."deletedAt" IS NOT NULL OR f."releasedAt" IS NOT NULL)
          AND f."trialEndsAt" IS NOT NULL
        ORDER BY f."trialEndsAt" LIMIT 1`,
  );
  if (!found) return null;
  return {
    trialStartedAt: found.startedAt === null ? null : Number(found.startedAt),
    trialEndsAt: Number(found.endsAt),
  };
}
