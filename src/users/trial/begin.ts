import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { clock } from '../../platform/clock/clock.ts';
import { changed, firstRow } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import type { User } from '../user.entity.ts';
import { announceChanged } from '../lifecycle/out.ts';
import { markedTrial, markTrial } from './marks.ts';
import { nextTrial, noTrial, type Trial } from './trial.ts';

type Times = Pick<Trial, 'trialStartedAt' | 'trialEndsAt'>;

/** Whether somebody's next sign-in may begin their trial: of everybody else `beginTrial` changes nothing. */
export const awaitsTrial = ({ accountId, trialEndsAt }: Pick<User, 'accountId' | 'trialEndsAt'>): boolean =>
  accountId === nobodys.accountId && trialEndsAt === null;

/**
 * To be called by every sign-in of an own account, in its unit and before it asks what the person is entitled to: the
 * first one of somebody who registered on their own begins their trial, or goes on with the one that they had before they
 * deleted themselves, erased or not; every other does nothing.
 * @returns whether it began
 */
export async function beginTrial(ground: Ground, m: Writer, userId: string): Promise<boolean> {
  const who = await firstRow<{ primaryAddressKey: string; primaryDomain: string }>(
    m,
    sql`SELECT "primaryAddressKey", "primaryDomain" FROM "users"
        WHERE "id" = ${userId} AND "accountId" = ${nobodys.accountId} AND "trialEndsAt" IS NULL`,
  );
  if (!who) return false;
  const former = (await formerTrial(m, userId, who)) ?? (await markedTrial(ground, m, who.primaryAddressKey));
  const { trialStartedAt, trialEndsAt } = former ?? nextTrial(noTrial, 'begin', clock.now());
  const begun = await changed(
    m,
    sql`UPDATE "users" SET "trialStartedAt" = ${trialStartedAt}, "trialEndsAt" = ${trialEndsAt}, "version" = "version" + 1
        WHERE "id" = ${userId} AND "accountId" = ${nobodys.accountId} AND "trialEndsAt" IS NULL RETURNING "id"`,
  );
  if (begun.length === 0) return false;
  await markTrial(ground, m, { primaryAddressKey: who.primaryAddressKey, trialStartedAt, trialEndsAt });
  announceChanged(ground, [userId]);
  return true;
}

/** The trial of whoever had this address, was deleted or released, and is not erased yet: registering anew gives no other. */
async function formerTrial(
  m: Writer,
  userId: string,
  { primaryAddressKey, primaryDomain }: { primaryAddressKey: string; primaryDomain: string },
): Promise<Times | null> {
  const found = await firstRow<{ startedAt: number | string | null; endsAt: number | string }>(
    m,
    sql`SELECT "trialStartedAt" AS "startedAt", "trialEndsAt" AS "endsAt" FROM "users"
        WHERE "primaryDomain" = ${primaryDomain} AND "primaryAddressKey" = ${primaryAddressKey}
          AND "id" <> ${userId} AND ("deletedAt" IS NOT NULL OR "releasedAt" IS NOT NULL) AND "trialEndsAt" IS NOT NULL
        ORDER BY "trialEndsAt" LIMIT 1`,
  );
  if (!found) return null;
  return {
    trialStartedAt: found.startedAt === null ? null : Number(found.startedAt),
    trialEndsAt: Number(found.endsAt),
  };
}
