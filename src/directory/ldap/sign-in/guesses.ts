import { clock } from '../../../platform/clock/clock.ts';
import { changed, rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Writer } from '../../../platform/database/unit.ts';
import type { CarillonError } from '../../../platform/errors/errors.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Directory } from '../directory.entity.ts';
import type { Allowance } from './lockout.ts';
import { signInErrors } from './errors.ts';

type Of = Pick<Directory, 'id' | 'organisationId' | 'accountId'>;

/**
 * Counts a guess before the directory is asked, so that many at once are as few as many in turn; a right one takes it
 * back. The directory's own counter is never brought to its end from here.
 * @returns how many there were in this time, this one among them
 * @throws signIn.tooManyGuesses
 */
export async function countGuess(
  { db }: Pick<Ground, 'db'>,
  { id, organisationId, accountId }: Of,
  subject: string,
  { guesses, windowMs }: Allowance,
): Promise<number> {
  const now = clock.now();
  const [counted] = await db.write((m) =>
    changed<{ count: number | string; since: number | string }>(
      m,
      sql`INSERT INTO "directory_guesses" ("directoryId", "subject", "organisationId", "accountId", "since", "count")
          VALUES (${id}, ${subject}, ${organisationId}, ${accountId}, ${now}, 1)
          ON CONFLICT ("directoryId", "subject") DO UPDATE SET
            "since" = CASE WHEN "directory_guesses"."since" <= ${now - windowMs} THEN ${now} ELSE "directory_guesses"."since" END,
            "count" = CASE WHEN "directory_guesses"."since" <= ${now - windowMs} THEN 1
                           ELSE "directory_guesses"."count" + 1 END
          RETURNING "count", "since"`,
    ),
  );
  if (Number(counted!.count) <= guesses) return Number(counted!.count);
  throw tooManyGuesses(Number(counted!.since) + windowMs - now);
}

/** @param leftMs until another guess is allowed */
export function tooManyGuesses(leftMs: number): CarillonError {
  return signInErrors('signIn.tooManyGuesses', {
    values: { minutes: Math.max(1, Math.ceil(leftMs / 60_000)) },
    retryAfter: Math.max(1, Math.ceil(leftMs / 1_000)),
  });
}

/** The password was right: what was counted is forgotten. */
export const forgetGuesses = ({ db }: Pick<Ground, 'db'>, { id }: Of, subject: string): Promise<unknown> =>
  db.write((m) => rows(m, sql`DELETE FROM "directory_guesses" WHERE "directoryId" = ${id} AND "subject" = ${subject}`));

/** No guess is counted longer than this. */
const longestWindowMs = 86_400_000;

/** Deletes what nothing looks at any more. */
export const sweepDirectoryGuesses = (m: Writer): Promise<unknown> =>
  rows(m, sql`DELETE FROM "directory_guesses" WHERE "since" < ${clock.now() - longestWindowMs}`);
