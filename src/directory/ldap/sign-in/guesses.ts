import { clock } from '../../../platform/clock/clock.ts';
import { changed, engineOf, firstRow, later, rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import type { CarillonError } from '../../../platform/errors/errors.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Directory } from '../directory.entity.ts';
import type { Allowance, LockoutPolicies } from './lockout.ts';
import { signInErrors } from './errors.ts';

type Of = Pick<Directory, 'id' | 'organisationId' | 'accountId'>;

/** A password that may be tried. Exactly one of these is called once its fate is known. */
export interface Guess {
  /** How many passwords of the entry are being tried in this process, this one among them. */
  atOnce: number;
  /** Whether others were tried, or are. */
  again: boolean;
  /** It was right: what was counted is forgotten. */
  right: () => Promise<void>;
  /** It was wrong, or nobody knows. */
  wrong: () => Promise<void>;
  /** It is tried once more, where nobody knows whether the first time counted. @throws signIn.tooManyGuesses */
  onceMore: () => Promise<void>;
  /** It was not tried after all. */
  untried: () => void;
}

/**
 * Counts a guess before the directory is asked, so that many at once are as few as many in turn. SQLite has one process,
 * which knows what it is trying, so that only wrong ones are written; elsewhere each is, until it was right.
 * @throws signIn.tooManyGuesses
 */
export async function beginGuess(
  { db }: Pick<Ground, 'db'>,
  of: Of,
  subject: string,
  { guesses, windowMs }: Allowance,
  lockouts: LockoutPolicies,
): Promise<Guess> {
  const { atOnce, done } = lockouts.trying(`${of.id} ${subject}`);
  const alone = engineOf(db.read) === 'sqlite';
  try {
    const { count, since } = alone
      ? await counted(db.read, of, subject, windowMs)
      : await db.write((m) => countOne(m, of, subject, guesses, windowMs));
    let written = count > 0;
    const all = alone ? count + atOnce : count;
    if (all > guesses) throw tooManyGuesses(since + windowMs - clock.now());
    return {
      atOnce,
      again: all > 1 || atOnce > 1,
      right: async () => {
        done();
        if (!alone || written) await forget(db, of, subject);
      },
      wrong: async () => {
        if (alone) await db.write((m) => countOne(m, of, subject, guesses, windowMs)).finally(done);
        else done();
      },
      onceMore: async () => {
        const now = await db.write((m) => countOne(m, of, subject, guesses, windowMs));
        written = true;
        if ((alone ? now.count + 1 : now.count) > guesses) throw tooManyGuesses(now.since + windowMs - clock.now());
      },
      untried: done,
    };
  } catch (error) {
    done();
    throw error;
  }
}

interface Counted {
  count: number;
  since: number;
}

async function counted(on: Reader, { id }: Of, subject: string, windowMs: number): Promise<Counted> {
  const now = clock.now();
  const found = await firstRow<Counted>(
    on,
    sql`SELECT "count", "since" FROM "directory_guesses" WHERE "directoryId" = ${id} AND "subject" = ${subject}
        AND "since" > ${now - windowMs}`,
  );
  return found ?? { count: 0, since: now };
}

/**
 * Counts one more. The window begins anew with each, as a directory's own does, so that two windows never meet in one of
 * its; what is refused is not tried, and prolongs nothing.
 */
async function countOne(
  m: Writer,
  { id, organisationId, accountId }: Of,
  subject: string,
  guesses: number,
  windowMs: number,
): Promise<Counted> {
  const now = clock.now();
  const [found] = await changed<Record<keyof Counted, number | string>>(
    m,
    sql`INSERT INTO "directory_guesses" ("directoryId", "subject", "organisationId", "accountId", "since", "count")
        VALUES (${id}, ${subject}, ${organisationId}, ${accountId}, ${now}, 1)
        ON CONFLICT ("directoryId", "subject") DO UPDATE SET
          "since" = CASE WHEN "directory_guesses"."since" > ${now - windowMs} AND "directory_guesses"."count" >= ${guesses}
                         THEN "directory_guesses"."since" ELSE ${now} END,
          "count" = CASE WHEN "directory_guesses"."since" <= ${now - windowMs} THEN 1
                         ELSE "directory_guesses"."count" + 1 END
        RETURNING "count", "since"`,
  );
  return { count: Number(found!.count), since: Number(found!.since) };
}

/** @param leftMs until another guess is allowed */
export function tooManyGuesses(leftMs: number): CarillonError {
  return signInErrors('signIn.tooManyGuesses', {
    values: { minutes: Math.max(1, Math.ceil(leftMs / 60_000)) },
    retryAfter: Math.max(1, Math.ceil(leftMs / 1_000)),
  });
}

const forget = (db: Ground['db'], { id }: Of, subject: string): Promise<void> =>
  db.write((m) =>
    later(m, sql`DELETE FROM "directory_guesses" WHERE "directoryId" = ${id} AND "subject" = ${subject}`),
  );

/** No guess is counted longer than this. */
const longestWindowMs = 86_400_000;

/** Deletes what nothing looks at any more. */
export const sweepDirectoryGuesses = (m: Writer): Promise<unknown> =>
  rows(m, sql`DELETE FROM "directory_guesses" WHERE "since" < ${clock.now() - longestWindowMs}`);
