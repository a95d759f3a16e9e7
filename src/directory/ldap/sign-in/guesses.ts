import { clock } from '../../../platform/clock/clock.ts';
import { changed, engineOf, firstRow, later, rows } from '../../../platform/database/run.ts';
import { type Sql, sql } from '../../../platform/database/sql.ts';
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
  /**
   * It was right: what was counted is forgotten.
   * @param withNext is given what forgets it, for the unit of work that follows; without it that is done at once
   */
  right: (withNext?: (forget: Forget) => void) => Promise<void>;
  /** It was wrong, or nobody knows. */
  wrong: () => Promise<void>;
  /** It is tried once more, where nobody knows whether the first time counted. @throws signIn.tooManyGuesses */
  onceMore: () => Promise<void>;
  /** It was not tried after all. */
  untried: () => void;
}

/** Forgets what was counted of somebody, inside a unit of work. */
export type Forget = (m: Writer) => Promise<void>;

/** How many there may be, and whether the browser is known for the person. */
type Bounds = Pick<Allowance, 'guesses' | 'windowMs'> & Partial<Pick<Allowance, 'known'>> & { isKnown: boolean };

/**
 * Counts a guess before the directory is asked, so that many at once are as few as many in turn. SQLite has one process,
 * which knows what it is trying, so that only wrong ones are written; elsewhere each is, until it was right.
 * @param isKnown whether the person has signed in in this browser before: what others try uses up less than all, and the
 * rest is for such browsers
 * @throws signIn.tooManyGuesses
 */
export async function beginGuess(
  { db }: Pick<Ground, 'db'>,
  of: Of,
  subject: string,
  { guesses, known, windowMs }: Omit<Bounds, 'isKnown'>,
  lockouts: LockoutPolicies,
  isKnown = false,
): Promise<Guess> {
  const bounds: Required<Bounds> = { guesses, known: known ?? guesses, windowMs, isKnown };
  const everybody = lockouts.trying(`${of.id} ${subject}`);
  const strangers = isKnown ? null : lockouts.trying(`${of.id} ${subject} elsewhere`);
  const { atOnce } = everybody;
  const done = (): void => {
    everybody.done();
    strangers?.done();
  };
  const alone = engineOf(db.read) === 'sqlite';
  /** Another one that is being tried, and is not counted yet. */
  const more = { count: atOnce, elsewhere: strangers?.atOnce ?? 0 };
  const inTurn = (): Promise<Numbers> =>
    db.write(async (m) =>
      sum(await countedOf(m, of, subject, windowMs), {
        count: everybody.ahead(),
        elsewhere: strangers?.ahead() ?? 0,
      }),
    );
  const countNow = async (m: Writer): Promise<void> => {
    await countOne(m, of, subject, bounds);
    everybody.counted();
    strangers?.counted();
  };
  /** Whether some of those that were tried at the same moment were counted meanwhile. */
  const hasOthers = async (): Promise<boolean> =>
    atOnce > 1 && (await countedOf(db.read, of, subject, windowMs)).count > 0;
  try {
    const counted = alone ? await countedOf(db.read, of, subject, windowMs) : await take(db, of, subject, bounds);
    let written = counted.count > 0;
    const all = alone ? sum(counted, more) : counted;
    // What has just been counted is perhaps still being tried: asked once more in its turn, it is one and not two.
    const isRefused = !isWithin(all, bounds) && (!alone || !isWithin(await inTurn(), bounds));
    if (isRefused) throw tooManyGuesses(counted.since + windowMs - clock.now());
    return {
      atOnce,
      again: all.count > 1 || atOnce > 1,
      right: async (withNext) => {
        done();
        if (alone && !written && !(await hasOthers())) return;
        const forget = forgetting(of, subject);
        if (withNext) withNext(forget);
        else await db.write(forget);
      },
      wrong: async () => {
        if (alone) await db.write(countNow).finally(done);
        else done();
      },
      onceMore: async () => {
        written = true;
        if (!alone) {
          await take(db, of, subject, bounds);
          return;
        }
        const now = await db.write((m) => countOne(m, of, subject, bounds));
        const others = { count: 1, elsewhere: isKnown ? 0 : 1 }; // the first one, which is counted when it is over
        if (!isWithin(sum(now, others), bounds)) throw tooManyGuesses(now.since + windowMs - clock.now());
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
  elsewhere: number;
  since: number;
}

type Numbers = Pick<Counted, 'count' | 'elsewhere'>;

const sum = (one: Numbers, other: Numbers): Numbers => ({
  count: one.count + other.count,
  elsewhere: one.elsewhere + other.elsewhere,
});

const isWithin = ({ count, elsewhere }: Numbers, { known, guesses, isKnown }: Required<Bounds>): boolean =>
  count <= known && (isKnown || elsewhere <= guesses);

async function countedOf(on: Reader, { id }: Of, subject: string, windowMs: number): Promise<Counted> {
  const now = clock.now();
  const found = await firstRow<Record<keyof Counted, number | string>>(
    on,
    sql`SELECT "count", "elsewhere", "since" FROM "directory_guesses" WHERE "directoryId" = ${id} AND "subject" = ${subject}
        AND "since" > ${now - windowMs}`,
  );
  return asCounted(found) ?? { count: 0, elsewhere: 0, since: now };
}

const asCounted = (row: Record<keyof Counted, number | string> | null | undefined): Counted | null =>
  row ? { count: Number(row.count), elsewhere: Number(row.elsewhere), since: Number(row.since) } : null;

/** Counts one more, if there may be one more. @throws signIn.tooManyGuesses */
async function take(db: Ground['db'], of: Of, subject: string, bounds: Required<Bounds>): Promise<Counted> {
  const { known, guesses, windowMs, isKnown } = bounds;
  const counts = sql`"directory_guesses"`;
  const some = isKnown ? sql`` : sql`AND ${counts}."elsewhere" < ${guesses}`;
  const isFree = sql`${counts}."since" <= ${clock.now() - windowMs} OR (${counts}."count" < ${known} ${some})`;
  let counting: Promise<Counted | null> = Promise.resolve(null);
  // One statement that decides by itself: it goes with its COMMIT, and nothing is known before that is answered.
  await db.write(async (m) => {
    counting = countOne(m, of, subject, bounds, isFree);
    counting.catch(() => undefined); // fails the COMMIT too
  });
  const taken = await counting;
  if (taken) return taken;
  const { since } = await countedOf(db.read, of, subject, windowMs);
  throw tooManyGuesses(since + windowMs - clock.now());
}

/**
 * Counts one more. The window begins anew with each, as a directory's own does, so that two windows never meet in one of
 * its; what is refused is not tried, and prolongs nothing.
 * @param isFree a condition on the row that is there; without one it counts in any case
 */
async function countOne(m: Writer, of: Of, subject: string, bounds: Required<Bounds>): Promise<Counted>;
async function countOne(
  m: Writer,
  of: Of,
  subject: string,
  bounds: Required<Bounds>,
  isFree: Sql,
): Promise<Counted | null>;
async function countOne(
  m: Writer,
  { id, organisationId, accountId }: Of,
  subject: string,
  { windowMs, isKnown }: Required<Bounds>,
  isFree: Sql = sql`TRUE`,
): Promise<Counted | null> {
  const now = clock.now();
  const stranger = isKnown ? 0 : 1;
  const isOver = sql`"directory_guesses"."since" <= ${now - windowMs}`;
  const [found] = await changed<Record<keyof Counted, number | string>>(
    m,
    sql`INSERT INTO "directory_guesses"
          ("directoryId", "subject", "organisationId", "accountId", "since", "count", "elsewhere")
        VALUES (${id}, ${subject}, ${organisationId}, ${accountId}, ${now}, 1, ${stranger})
        ON CONFLICT ("directoryId", "subject") DO UPDATE SET "since" = ${now},
          "count" = CASE WHEN ${isOver} THEN 1 ELSE "directory_guesses"."count" + 1 END,
          "elsewhere" = CASE WHEN ${isOver} THEN 0 ELSE "directory_guesses"."elsewhere" END + ${stranger}
        WHERE ${isFree} RETURNING "count", "elsewhere", "since"`,
  );
  return asCounted(found);
}

/** @param leftMs until another guess is allowed */
export function tooManyGuesses(leftMs: number): CarillonError {
  return signInErrors('signIn.tooManyGuesses', {
    values: { minutes: Math.max(1, Math.ceil(leftMs / 60_000)) },
    retryAfter: Math.max(1, Math.ceil(leftMs / 1_000)),
  });
}

const forgetting =
  ({ id }: Of, subject: string): Forget =>
  (m) =>
    later(m, sql`DELETE FROM "directory_guesses" WHERE "directoryId" = ${id} AND "subject" = ${subject}`);

/** No guess is counted longer than this. */
const longestWindowMs = 86_400_000;

/** Deletes what nothing looks at any more. */
export const sweepDirectoryGuesses = (m: Writer): Promise<unknown> =>
  rows(m, sql`DELETE FROM "directory_guesses" WHERE "since" < ${clock.now() - longestWindowMs}`);
