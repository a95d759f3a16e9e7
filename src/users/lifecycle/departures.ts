import { clock } from '../../platform/clock/clock.ts';
import { firstRow, rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';

const dayMs = 86_400_000;
const toldMs = 30 * dayMs;

/** Who left an account lately since another one has claimed their domain: how many, and when the last did. */
export async function departuresFrom(
  on: Reader,
  accountId: string,
): Promise<{ domain: string; people: number; at: number }[]> {
  const found = await rows<{ domain: string; people: number | string; at: number | string }>(
    on,
    sql`SELECT "domain", SUM("people") AS "people", MAX("at") AS "at" FROM "account_departures"
        WHERE "accountId" = ${accountId} AND "at" > ${clock.now() - toldMs} GROUP BY "domain" ORDER BY 3 DESC LIMIT 10`,
  );
  return found.map(({ domain, people, at }) => ({ domain, people: Number(people), at: Number(at) }));
}

/** Whether an account has lost people of that domain in the last day: who looks after it was written to then. */
export async function wasToldOf(on: Reader, accountId: string, domain: string): Promise<boolean> {
  const found = await firstRow(
    on,
    sql`SELECT 1 FROM "account_departures" WHERE "accountId" = ${accountId} AND "domain" = ${domain}
        AND "at" > ${clock.now() - dayMs} LIMIT 1`,
  );
  return found !== null;
}

/** Forgets what was told long enough. */
export const sweepDepartures = (m: Writer): Promise<unknown> =>
  rows(m, sql`DELETE FROM "account_departures" WHERE "at" < ${clock.now() - toldMs}`);
