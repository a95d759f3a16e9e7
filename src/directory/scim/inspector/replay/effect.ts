import { rows } from '../../../../platform/database/run.ts';
import { sql } from '../../../../platform/database/sql.ts';
import type { Reader } from '../../../../platform/database/unit.ts';
import type { CarillonError } from '../../../../platform/errors/errors.ts';
import { hashToken } from '../../../../platform/ids/ids.ts';
import { usersOutTopic, type UsersOut } from '../../../../users/lifecycle/out.ts';
import { scimType } from '../../protocol/messages.ts';
import type { Content } from '../content.ts';
import { type Difference, differencesOf } from '../difference.ts';
import type { Seen } from '../seen.ts';

/** What a replay would do, or did. */
export interface Effect {
  /** The status that the directory would be given. */
  status: number;
  became: NonNullable<Content['became']> | null;
  differences: Difference[];
  moved: Content['moved'] | null;
  /** People who would be signed out by it. */
  putOut: number;
  /** Why it would be refused; then it would do nothing. */
  refusal: { code: string; scimType: string | null; detail: string } | null;
}

/** The effect of a request that was refused. */
export const refusedEffect = (error: CarillonError): Effect => ({
  status: error.status,
  became: null,
  differences: [],
  moved: null,
  putOut: 0,
  refusal: { code: error.code, scimType: scimType(error) ?? null, detail: error.message },
});

/** The effect of a request that was done in this unit of work. @param since an id that was made when the unit began */
export async function effectOf(
  on: Reader,
  accountId: string,
  seen: Seen,
  status: number,
  since: string,
): Promise<Effect> {
  const { changed } = seen;
  const became = changed && (changed.before === null ? 'created' : changed.after === null ? 'deleted' : 'changed');
  return {
    status,
    became: became ?? null,
    differences: changed ? differencesOf(changed) : [],
    moved: changed?.moved?.toJSON() ?? null,
    putOut: await countPutOut(on, accountId, since),
    refusal: null,
  };
}

/** Whether anything would be different. */
export const changesNothing = ({ became, differences, moved }: Effect): boolean =>
  became === 'changed' && differences.length === 0 && (moved?.added ?? 0) + (moved?.removed ?? 0) === 0;

/** A digest of all that was shown of an effect. */
export const digestOfEffect = (effect: Effect): string => hashToken(JSON.stringify(effect));

async function countPutOut(on: Reader, accountId: string, since: string): Promise<number> {
  const events = await rows<{ payload: string }>(
    on,
    sql`SELECT "payload" FROM "outbox" WHERE "id" > ${since} AND "topic" = ${usersOutTopic}`,
  );
  const out = events.map(({ payload }) => JSON.parse(payload) as UsersOut);
  return new Set(out.filter((each) => each.accountId === accountId).flatMap(({ people }) => people.map(({ id }) => id)))
    .size;
}
