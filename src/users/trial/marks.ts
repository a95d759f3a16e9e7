import { clock } from '../../platform/clock/clock.ts';
import { firstRow, rows } from '../../platform/database/run.ts';
import { list, sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import type { User } from '../user.entity.ts';
import type { Trial } from './trial.ts';

/** How long a mark is kept once its person is gone. */
const keptMs = 730 * 86_400_000;

type Marking = Pick<Ground, 'seal'>;
type Times = Pick<Trial, 'trialStartedAt' | 'trialEndsAt'>;
type Marked = Pick<User, 'primaryAddressKey'> & Times;

/** What stands for an address: with the keyring alone, nobody finds the address in it, or tries addresses on it. */
const markOf = ({ seal }: Marking, addressKey: string): string => seal.mark(addressKey, 'trial');

/** Keeps that whoever has this address has had a trial: also when they are erased. Of several the one that ended first counts. */
export async function markTrial(
  ground: Marking,
  m: Writer,
  { primaryAddressKey, trialStartedAt, trialEndsAt }: Marked,
): Promise<void> {
  await rows(
    m,
    sql`INSERT INTO "trial_marks" ("mark", "startedAt", "endsAt", "markedAt")
        VALUES (${markOf(ground, primaryAddressKey)}, ${trialStartedAt}, ${trialEndsAt}, ${clock.now()})
        ON CONFLICT ("mark") DO UPDATE SET "markedAt" = excluded."markedAt",
          "startedAt" = CASE WHEN excluded."endsAt" < "trial_marks"."endsAt" THEN excluded."startedAt" ELSE "trial_marks"."startedAt" END,
          "endsAt" = CASE WHEN excluded."endsAt" < "trial_marks"."endsAt" THEN excluded."endsAt" ELSE "trial_marks"."endsAt" END`,
  );
}

/** The same of people who are erased, in that unit: whoever had no trial leaves no mark. */
export async function markTrialsOf(ground: Marking, m: Writer, userIds: readonly string[]): Promise<void> {
  const found = await rows<
    Pick<User, 'primaryAddressKey'> & { startedAt: number | string | null; endsAt: number | string }
  >(
    m,
    sql`SELECT "primaryAddressKey", "trialStartedAt" AS "startedAt", "trialEndsAt" AS "endsAt" FROM "users"
        WHERE "id" IN (${list(userIds)}) AND "trialEndsAt" IS NOT NULL`,
  );
  for (const { primaryAddressKey, ...times } of found)
    await markTrial(ground, m, { primaryAddressKey, ...timesOf(times) });
}

/** The trial that whoever had this address has had; null when none is known. */
export async function markedTrial(ground: Marking, on: Reader, addressKey: string): Promise<Times | null> {
  const found = await firstRow<{ startedAt: number | string | null; endsAt: number | string }>(
    on,
    sql`SELECT "startedAt", "endsAt" FROM "trial_marks" WHERE "mark" = ${markOf(ground, addressKey)}`,
  );
  return found && timesOf(found);
}

/** PostgreSQL's driver gives bigint as text. */
const timesOf = ({ startedAt, endsAt }: { startedAt: number | string | null; endsAt: number | string }): Times => ({
  trialStartedAt: startedAt === null ? null : Number(startedAt),
  trialEndsAt: Number(endsAt),
});

/** Forgets marks that were kept long enough. */
export const sweepTrialMarks = (m: Writer): Promise<unknown> =>
  rows(m, sql`DELETE FROM "trial_marks" WHERE "markedAt" < ${clock.now() - keptMs}`);
