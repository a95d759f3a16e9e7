import { clock } from '../../platform/clock/clock.ts';
import { firstRow } from '../../platform/database/run.ts';
import { sql, type Sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { grantedGroups, withoutRight } from '../entitlement/granted.ts';

/** How many people a step would take every right from, and how many of them it would put out. */
export interface Loss {
  people: number;
  signedIn: number;
}

/** What taking a group's tier away would do; changes nothing. */
export async function lostByMapping(on: Reader, accountId: string, mappingId: string): Promise<Loss> {
  const now = await entitled(on, accountId, await grantedGroups(on, accountId));
  const then = await entitled(on, accountId, await grantedGroups(on, accountId, { leftOut: mappingId }));
  return { people: now.people - then.people, signedIn: now.signedIn - then.signedIn };
}

/** What connecting a directory would do: until its groups have tiers nobody has a right to be in; changes nothing. */
export const lostByConnecting = async (on: Reader, accountId: string): Promise<Loss> =>
  entitled(on, accountId, await grantedGroups(on, accountId));

/** What removing a domain would do; changes nothing. A domain that is not verified lets nobody in. */
export const lostByDomain = async (on: Reader, accountId: string, domain: string): Promise<Loss> =>
  entitled(
    on,
    accountId,
    await grantedGroups(on, accountId),
    sql`a."type" <> 'Team' AND u."primaryDomain" = ${domain}`,
  );

/** How many people of an account may be in, and how many of them hold something live. */
async function entitled(on: Reader, accountId: string, granted: Sql, among: Sql = sql`TRUE`): Promise<Loss> {
  const counts = await firstRow<Record<keyof Loss, number | string>>(
    on,
    sql`WITH ${granted}
        SELECT COUNT(*) AS "people",
          COALESCE(SUM(CASE WHEN u."liveUntil" > ${clock.now()} THEN 1 ELSE 0 END), 0) AS "signedIn"
        FROM "users" u JOIN "accounts" a ON a."id" = u."accountId"
        WHERE u."accountId" = ${accountId} AND ${among} AND NOT ${withoutRight}`,
  );
  return { people: Number(counts?.people ?? 0), signedIn: Number(counts?.signedIn ?? 0) };
}
