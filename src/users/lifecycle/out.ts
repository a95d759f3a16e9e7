import { chunks } from '../../platform/database/chunks.ts';
import { changed, firstRow, later, rows } from '../../platform/database/run.ts';
import { list, sql, type Sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { grantedGroups, withoutRight } from '../entitlement/granted.ts';

/** Why people are put out, as receipts and pages word it. */
export type OutCause =
  | 'administrator'
  | 'directory'
  | 'group'
  | 'domain'
  | 'deleted'
  | 'removed'
  | 'account'
  | 'signOut'
  /** They deleted their own account. */
  | 'left'
  | 'passwordChanged';

/** The payload of `users.out`: everything of theirs that is older than this event is dead already. */
export interface UsersOut {
  organisationId: string;
  accountId: string;
  cause: OutCause;
  /** Each with the epoch that begins now. */
  people: { id: string; epoch: number }[];
}

export const usersOutTopic = 'users.out';
/** People whose rights may have changed, and who are not out by that: memory forgets them. */
export const usersChangedTopic = 'users.changed';
export interface Scope {
  organisationId: string;
  accountId: string;
}

/**
 * The one way out: raises the epoch of these people, so that from this commit on all that they hold is refused, and
 * leaves the events, a chunk of people each, from which the rest (rows, open pages, receipts) is done.
 */
export async function putOut(
  ground: Ground,
  m: Writer,
  scope: Scope,
  userIds: readonly string[],
  cause: OutCause,
): Promise<void> {
  for (const some of chunks(userIds)) {
    const people = await raiseEpochs(m, sql`"id" IN (${list(some)})`, cause);
    await publishOut(ground, m, scope, some.length === 1 ? some[0]! : scope.accountId, people, cause);
  }
}

/**
 * Everything that these people hold is dead from this commit on; to be followed by `publishOut`.
 * @param updatedAt what becomes the time of their last change
 */
export const raiseEpochs = (
  m: Writer,
  whose: Sql,
  cause: OutCause,
  updatedAt: number | null = null,
): Promise<UsersOut['people']> =>
  changed(
    m,
    sql`UPDATE "users" SET "epoch" = "epoch" + 1, "version" = "version" + 1, "liveUntil" = NULL, "outBecause" = ${cause}
        ${updatedAt === null ? sql`` : sql`, "updatedAt" = ${updatedAt}`} WHERE ${whose} RETURNING "id", "epoch"`,
  );

/** Leaves the event of people whose epoch was raised in this unit. */
export async function publishOut(
  ground: Ground,
  m: Writer,
  { organisationId, accountId }: Scope,
  subject: string,
  people: UsersOut['people'],
  cause: OutCause,
): Promise<void> {
  const payload: UsersOut = { organisationId, accountId, cause, people };
  await ground.outbox.publish(m, usersOutTopic, subject, { ...payload });
}

/**
 * Puts out everybody of an account who has something live and no right to be in any more: called in the unit that
 * took the right away, so that a yes that follows cannot overtake the no. The unit has the account to itself.
 * @param among a condition on the user `u`, when only some can have lost it: then the unit has locked them
 * @returns how many were put out
 */
export async function putOutWithoutRight(
  ground: Ground,
  m: Writer,
  scope: Scope,
  cause: OutCause,
  among: Sql | null = null,
): Promise<number> {
  if (!among) await ground.db.alone(scope.accountId);
  const live = sql`u."accountId" = ${scope.accountId} AND u."liveUntil" IS NOT NULL AND ${among ?? sql`TRUE`}`;
  if (!(await firstRow(m, sql`SELECT 1 FROM "users" u WHERE ${live} LIMIT 1`))) return 0; // as with most that is pushed
  const found = await rows<{ id: string }>(
    m,
    sql`WITH ${await grantedGroups(m, scope.accountId)}
        SELECT u."id" FROM "users" u JOIN "accounts" a ON a."id" = u."accountId" WHERE ${live} AND ${withoutRight}`,
  );
  await putOut(
    ground,
    m,
    scope,
    found.map(({ id }) => id),
    cause,
  );
  return found.length;
}

/** Says that these people must be read again; ends nothing. */
export async function markChanged(ground: Ground, m: Writer, userIds: readonly string[]): Promise<void> {
  for (const some of chunks(userIds)) {
    await later(m, sql`UPDATE "users" SET "version" = "version" + 1 WHERE "id" IN (${list(some)})`);
    announceChanged(ground, some);
  }
}

/** Tells those who remember these people, whose version was raised in this unit. */
export function announceChanged(ground: Ground, userIds: readonly string[]): void {
  ground.outbox.announce(usersChangedTopic, userIds[0]!, { userIds });
}
