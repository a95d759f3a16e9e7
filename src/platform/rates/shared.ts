import { clock } from '../clock/clock.ts';
import type { Database } from '../database/database.ts';
import { changed, firstRow, later, rows } from '../database/run.ts';
import { sql } from '../database/sql.ts';
import type { Writer } from '../database/unit.ts';
import { refuse } from '../http/errors.ts';
import { createRate } from '../http/rate.ts';
import type { Seal } from '../secrets/seal.ts';

/** A limit: how many pass in each window of so many seconds. */
interface Limit {
  points: number;
  seconds: number;
}

/** What is counted where: the name of a limit, and the key. */
type Taking<Name extends string> = readonly [limit: Name, key: string];

interface Counting {
  db: Database;
  seal: Seal;
}

/** As many counters has each limit: a flood of other keys makes no more rows, and cannot aim at anybody's counter. */
const countersOfLimit = 2 ** 18;

/**
 * Limits that hold over all processes of one database. Each process counts by itself first, so that whoever is over the
 * limit here costs nobody a question; only what passes is counted in the database, all of it in one unit, which waits for no
 * disk. On SQLite one process serves, and its memory is enough.
 * @param group tells these limits from others
 * @returns takes one of each limit, in the order given, until one refuses; throws rate.exceeded with `retryAfter`
 */
export function createSharedRates<Name extends string>(
  { db, seal }: Counting,
  group: string,
  limits: Readonly<Record<Name, Limit>>,
): (...asked: readonly Taking<Name>[]) => Promise<void> {
  const names = Object.keys(limits) as Name[];
  const here = new Map(names.map((name) => [name, createRate(limits[name])]));

  const counterOf = ([name, key]: Taking<Name>): string => {
    const mark = Buffer.from(seal.mark(JSON.stringify([group, name, key]), 'rate'), 'base64url');
    return `${group}.${name}.${mark.readUInt32BE() % countersOfLimit}`;
  };

  return async (...asked) => {
    for (const [name, key] of asked) await here.get(name)!(key);
    if (db.engine === 'sqlite') return;
    const waitMs = await db.write(async (m) => {
      // A count that a crash loses is no change that anybody was promised.
      await later(m, sql`SELECT set_config('synchronous_commit', 'off', true)`);
      for (const one of asked) {
        const wait = await take(m, counterOf(one), limits[one[0]]);
        if (wait > 0) return wait;
      }
      return 0;
    });
    if (waitMs === 0) return;
    const retryAfter = Math.max(1, Math.ceil(waitMs / 1000));
    throw refuse('rate.exceeded', { retryAfter, values: { seconds: retryAfter } });
  };
}

/** Takes one. @returns 0, or for how many milliseconds there is none */
async function take(m: Writer, counter: string, { points, seconds }: Limit): Promise<number> {
  const now = clock.now();
  const isOver = sql`"rate_counters"."windowEnds" <= ${now}`;
  const taken = await changed(
    m,
    sql`INSERT INTO "rate_counters" ("counter", "windowEnds", "taken") VALUES (${counter}, ${now + seconds * 1000}, 1)
        ON CONFLICT ("counter") DO UPDATE SET
          "taken" = CASE WHEN ${isOver} THEN 1 ELSE "rate_counters"."taken" + 1 END,
          "windowEnds" = CASE WHEN ${isOver} THEN excluded."windowEnds" ELSE "rate_counters"."windowEnds" END
        WHERE ${isOver} OR "rate_counters"."taken" < ${points} RETURNING "taken"`,
  );
  if (taken.length > 0) return 0;
  const row = await firstRow<{ windowEnds: number | string }>(
    m,
    sql`SELECT "windowEnds" FROM "rate_counters" WHERE "counter" = ${counter}`,
  );
  return Math.max(1, Number(row?.windowEnds ?? 0) - now);
}

/** Forgets windows that are over. */
export const sweepCounters = (m: Writer): Promise<unknown> =>
  rows(m, sql`DELETE FROM "rate_counters" WHERE "windowEnds" < ${clock.now()}`);
