import { clock } from '../../../platform/clock/clock.ts';
import { rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Ground } from '../../../trail/ground.ts';
import { GroupTable } from '../../../users/entitlement/group.entity.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { applyGroups } from './groups/apply.ts';
import { goneGroups } from './groups/store.ts';
import { mappedGuids } from './groups/walk.ts';
import { someoneWaits } from './guard.ts';
import { applyAbsence } from './people/absent.ts';
import { applyPeople, refuse } from './people/apply.ts';
import { applyFreed } from './people/freed.ts';
import type { Meanwhile } from './meanwhile.ts';
import type { DirectoryReader } from './reader.ts';
import { isOtherHistory } from './reading/context-csn.ts';
import type { Cursor, DirectoryState } from './state/state.entity.ts';
import { readEach } from './unreadable.ts';
import { readGroups } from './whole.ts';
import { type FollowerScope, isWanted, keep, stateOf } from './state/states.ts';

/** What a poll remembers from one to the next, of one directory; a new process begins without. */
export interface Pace {
  /** Not before this (performance.now) is everybody's guid asked for again. */
  nextScan: number;
  /** Something was changed since everybody's guid was asked for. */
  scanWanted: boolean;
  /** Not before this, unless something changes, is it looked whether addresses are free by now. */
  nextFreed: number;
  /** Whose address was free, and who could not have it all the same; until something changes. */
  triedFreed: Set<string>;
}

export const newPace = (): Pace => ({ nextScan: 0, scanWanted: true, nextFreed: 0, triedFreed: new Set() });

/** Asking for all guids takes at most this share of the time: a deleted entry leaves no change to be seen. */
const scanShare = 0.25;

/** Somebody's address may become free by what is done here, which the directory knows nothing of. */
const freedEveryMs = 5_000;

/** That all is well is written down so often, when there is nothing else to write. */
const toldEveryMs = 10_000;

/**
 * Reads what changed since the cursor.
 * @returns false when the cursor is another server's, or of a time that this one no longer has: then a whole read is due
 */
export async function readChanges(
  ground: Ground,
  scope: FollowerScope,
  reader: DirectoryReader,
  { cursor, readAt }: Pick<DirectoryState, 'cursor' | 'readAt'>,
  pace: Pace,
  meanwhile: Meanwhile,
): Promise<boolean> {
  if (cursor === null) return false;
  const changed = new Set<string>();
  const now = await changesSince(ground, scope, reader, cursor, changed);
  if (now === null) return false;
  if (meanwhile.since) meanwhile.since = now;
  if (!isStill(now, cursor)) {
    pace.scanWanted = true;
    lookForFreed(pace);
  }
  await followNewMappings(ground, scope, reader);
  const state = await stateOf(ground.db.read, scope.connectionId);
  if (state && isWanted(state.groupsWantedAt, state.groupsAt)) await readGroups(ground, scope, reader);
  if (pace.scanWanted && performance.now() >= pace.nextScan) await scan(ground, scope, reader, pace, meanwhile);
  if (performance.now() >= pace.nextFreed) {
    pace.nextFreed = performance.now() + freedEveryMs;
    await applyFreed(ground, scope, reader, pace.triedFreed);
  }
  const moved = now.position !== cursor.position || now.context !== cursor.context;
  if (moved || (readAt ?? 0) < clock.now() - toldEveryMs)
    await keep(ground, scope.connectionId, { cursor: now, readAt: clock.now() }, scope.leaseBy);
  return true;
}

/** Whether nothing has changed at all. */
const isStill = (now: Cursor, cursor: Cursor): boolean =>
  now.context !== null && now.context === cursor.context && now.position === cursor.position;

/**
 * Deals with the people and groups that changed since a cursor.
 * @param changed is given the guids of the people, before they are dealt with
 * @returns until when; null when the cursor is worth nothing here, as above
 */
export async function changesSince(
  ground: Ground,
  scope: FollowerScope,
  reader: DirectoryReader,
  cursor: Cursor,
  changed: Set<string>,
): Promise<Cursor | null> {
  const now = await reader.position(cursor);
  if (now.server !== cursor.server || isBehind(now, cursor)) return null;
  if (isStill(now, cursor)) return now;
  for await (const people of reader.changedPeople(cursor)) {
    for (const { guid } of people) changed.add(guid);
    await applyPeople(ground, scope, people);
  }
  await readChangedGroups(ground, scope, reader, cursor);
  return now;
}

function lookForFreed(pace: Pace): void {
  pace.nextFreed = 0;
  pace.triedFreed.clear();
}

/** Whether a server has gone back behind what was read of it, as one that was restored has. */
function isBehind(now: Cursor, cursor: Cursor): boolean {
  const isNumber = [now, cursor].every(({ position }) => /^\d+$/.test(position));
  if (isNumber) return BigInt(now.position) < BigInt(cursor.position);
  // Stamps of one form, so that their texts compare as they do: the last of them was taken back.
  if (now.context === null && cursor.context === null) return now.position < cursor.position;
  return isOtherHistory(cursor.context, now.context);
}

async function readChangedGroups(
  ground: Ground,
  scope: DirectoryScope,
  reader: DirectoryReader,
  cursor: Cursor,
): Promise<void> {
  const changed = await reader.changedGroups(cursor);
  if (changed.length === 0) return;
  const known = await knownGroups(ground, scope);
  const ours = changed.filter((guid) => known.has(guid));
  if (ours.length === 0) return;
  const others = new Set([...known].filter((guid) => !ours.includes(guid)));
  const { groups } = await readEach(ground, scope, reader, ours, others);
  await applyGroups(ground, scope, groups, null);
  // By a part of the groups nobody can tell whether those who wait are back.
  if (await someoneWaits(ground.db.read, scope, 'member')) await readGroups(ground, scope, reader);
}

/** A group that has just got its tier has no members here yet, nor has one that was gone and is back. */
async function followNewMappings(ground: Ground, scope: DirectoryScope, reader: DirectoryReader): Promise<void> {
  const on = ground.db.read;
  const read = await rows<{ guid: string }>(
    on,
    sql`SELECT "guid" FROM "directory_entries" WHERE "directoryId" = ${scope.connectionId} AND "kind" = 'group'
        AND "goneAt" IS NULL`,
  );
  const known = new Set(read.map(({ guid }) => guid));
  const fresh = (await mappedGuids(on, scope)).filter((guid) => !known.has(guid));
  if (fresh.length === 0) return;
  const { groups } = await readEach(ground, scope, reader, fresh, known);
  if (groups.length > 0) await applyGroups(ground, scope, groups, null);
}

async function knownGroups({ db }: Ground, { connectionId }: DirectoryScope): Promise<Set<string>> {
  const groups = await db.read.findBy(GroupTable, { connectionId });
  return new Set(groups.flatMap(({ externalId }) => externalId ?? []));
}

async function scan(
  ground: Ground,
  scope: FollowerScope,
  reader: DirectoryReader,
  pace: Pace,
  meanwhile: Meanwhile,
): Promise<void> {
  const from = performance.now();
  const seen = new Set<string>();
  try {
    for await (const guids of meanwhile.between(reader.guids())) for (const guid of guids) seen.add(guid);
  } finally {
    const took = performance.now() - from;
    pace.nextScan = performance.now() + took / scanShare - took;
  }
  await applyAbsence(ground, scope, seen, meanwhile.changed, (guids) => reader.existing('user', guids));
  lookForFreed(pace);
  const groups = [...(await knownGroups(ground, scope))];
  const there = await reader.existing('group', groups);
  const gone = await goneGroups(ground.db.read, scope);
  if (groups.some((guid) => !there.has(guid) && !gone.has(guid))) await readGroups(ground, scope, reader);
  pace.scanWanted = false; // not before: one that failed is made up for, although nothing need change by then
}

/** Whose time in the directory is over by now: no change is written there when it comes. No server is asked. */
export async function applyExpiry(ground: Ground, scope: DirectoryScope): Promise<void> {
  const due = await rows<{ userId: string }>(
    ground.db.read,
    sql`SELECT u."id" AS "userId" FROM "directory_entries" e
        JOIN "users" u ON u."id" = e."localId" AND u."deletedAt" IS NULL
        WHERE e."directoryId" = ${scope.connectionId} AND e."expiresAt" <= ${clock.now()} AND e."goneAt" IS NULL
        AND NOT EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = u."id" AND c."cause" = 'directory')`,
  );
  const ids = due.map(({ userId }) => userId);
  if (ids.length > 0) await refuse(ground, scope, ids, { because: 'their time in the directory is over' });
}
