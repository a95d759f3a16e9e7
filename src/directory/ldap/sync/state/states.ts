import { clock } from '../../../../platform/clock/clock.ts';
import { changed, engineOf, firstRow, later } from '../../../../platform/database/run.ts';
import { sql } from '../../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../../platform/database/unit.ts';
import type { Ground } from '../../../../trail/ground.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';
import { type DirectoryState, DirectoryStateTable } from './state.entity.ts';

export const stateOf = (on: Reader, directoryId: string): Promise<DirectoryState | null> =>
  on.findOneBy(DirectoryStateTable, { directoryId });

/** What begins when a directory is connected. */
export const newState = ({ organisationId, accountId, connectionId }: DirectoryScope): DirectoryState => ({
  directoryId: connectionId,
  organisationId,
  accountId,
  cursor: null,
  readAt: null,
  fullAt: null,
  fullMs: null,
  people: 0,
  groups: 0,
  problems: 0,
  fullWantedAt: null,
  groupsWantedAt: null,
  groupsAt: null,
  failingSince: null,
  errorCode: null,
  errorDetail: null,
  heldAt: null,
  approvedAt: null,
  approvedBy: null,
  leaseBy: null,
  leaseUntil: null,
});

/** A directory in the hands of a follower, which writes only while it has the lease. */
export interface FollowerScope extends DirectoryScope {
  /** Which process follows; left out by whoever is none, as a sign-in. */
  leaseBy?: string;
}

/** Another process follows by now: what this one read may be older than what that one wrote. */
export class LeaseLost extends Error {}

/**
 * In the unit in which a follower writes: it has the lease, and nobody takes it until the unit is over.
 * @throws LeaseLost
 */
export async function requireLease(m: Writer, { connectionId, leaseBy }: FollowerScope): Promise<void> {
  if (leaseBy === undefined) return;
  const found = await firstRow<{ leaseBy: string | null }>(
    m,
    sql`SELECT "leaseBy" FROM "directory_states" WHERE "directoryId" = ${connectionId}
        ${engineOf(m) === 'sqlite' ? sql`` : sql`FOR SHARE`}`,
  );
  if (found?.leaseBy !== leaseBy) throw new LeaseLost(`${leaseBy} no longer follows ${connectionId}`);
}

/**
 * Keeps some of what is known of how the following goes; no action of anybody, so without a record.
 * @param leaseBy the follower that read it
 * @throws LeaseLost
 */
export async function keep(
  { db }: Pick<Ground, 'db'>,
  directoryId: string,
  some: Partial<DirectoryState>,
  leaseBy?: string,
): Promise<void> {
  const follower = leaseBy === undefined ? {} : { leaseBy };
  const { affected } = await db.write((m) => m.update(DirectoryStateTable, { directoryId, ...follower }, some));
  if (leaseBy !== undefined && affected === 0) throw new LeaseLost(`${leaseBy} no longer follows ${directoryId}`);
}

/** A full read at the next turn: an administrator asks for it, or a group was added. */
export async function wantFull(m: Writer, directoryId: string): Promise<void> {
  await m.update(DirectoryStateTable, { directoryId }, { fullWantedAt: clock.now() });
}

/** All groups are wanted anew at the next turn: somebody new is known, whom they may have named before. */
export async function wantGroups(m: Writer, directoryId: string): Promise<void> {
  await later(
    m,
    sql`UPDATE "directory_states" SET "groupsWantedAt" = ${clock.now()} WHERE "directoryId" = ${directoryId}`,
  );
}

/** Whether what was wanted has not begun since. */
export const isWanted = (wantedAt: number | null, begunAt: number | null): boolean =>
  wantedAt !== null && wantedAt >= (begunAt ?? 0);

/**
 * Takes the following of a directory for this process, or goes on with it: one process follows, the others wait until
 * it is silent.
 * @returns whether it may follow until `forMs` from now
 */
export async function lease(
  { db }: Pick<Ground, 'db'>,
  directoryId: string,
  by: string,
  forMs: number,
): Promise<boolean> {
  const now = clock.now();
  const mine = await firstRow<{ leaseUntil: number | string }>(
    db.read,
    sql`SELECT "leaseUntil" FROM "directory_states" WHERE "directoryId" = ${directoryId} AND "leaseBy" = ${by}`,
  );
  // Half of it is left: no write each second. More than twice of it was not given: some clock has jumped.
  const most = now + 2 * forMs;
  if (mine && Number(mine.leaseUntil) > now + forMs / 2 && Number(mine.leaseUntil) <= most) return true;
  const taken = await db.write((m) =>
    changed(
      m,
      sql`UPDATE "directory_states" SET "leaseBy" = ${by}, "leaseUntil" = ${now + forMs}
          WHERE "directoryId" = ${directoryId} AND ("leaseBy" IS NULL OR "leaseBy" = ${by} OR "leaseUntil" <= ${now} OR "leaseUntil" > ${most})
          RETURNING "directoryId"`,
    ),
  );
  return taken.length > 0;
}

/** Lets another process follow at once. */
export async function release({ db }: Pick<Ground, 'db'>, by: string): Promise<void> {
  await db.write((m) =>
    changed(
      m,
      sql`UPDATE "directory_states" SET "leaseBy" = NULL, "leaseUntil" = NULL WHERE "leaseBy" = ${by}
          RETURNING "directoryId"`,
    ),
  );
}
