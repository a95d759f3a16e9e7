import { clock } from '../../../platform/clock/clock.ts';
import { chunks } from '../../../platform/database/chunks.ts';
import { insertRows } from '../../../platform/database/insert.ts';
import { firstRow, rows } from '../../../platform/database/run.ts';
import { list, sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { wentLately } from './absences.ts';
import { asDirectory } from './unit.ts';
import { type HeldPerson, HeldPersonTable } from './state/held.entity.ts';
import { DirectoryStateTable } from './state/state.entity.ts';
import { type FollowerScope, requireLease } from './state/states.ts';

/** So many may always go, however small the company. */
const fewest = 20;
/** More than this share of a directory's people stops. */
const share = 0.05;

/** How many of so many people may go because something was not returned. */
export const mayGo = (people: number): number => Math.max(fewest, Math.floor(people * share));

/** How many people a directory has here to whom it says yes: of the others none can go. */
export async function peopleOf(on: Reader, { accountId, connectionId }: DirectoryScope): Promise<number> {
  const counted = await firstRow<{ n: number | string }>(
    on,
    sql`SELECT COUNT(*) AS "n" FROM "users" u WHERE u."accountId" = ${accountId} AND u."connectionId" = ${connectionId}
        AND u."deletedAt" IS NULL AND NOT EXISTS (
          SELECT 1 FROM "user_causes" c WHERE c."userId" = u."id" AND c."cause" = 'directory')`,
  );
  return Number(counted?.n ?? 0);
}

/** Those of whom an administrator has seen that they would go, and let it be. */
export async function approvedOf(on: Reader, { connectionId }: DirectoryScope): Promise<Set<string>> {
  const found = await rows<{ userId: string }>(
    on,
    sql`SELECT "userId" FROM "directory_held" WHERE "directoryId" = ${connectionId} AND "approvedAt" IS NOT NULL`,
  );
  return new Set(found.map(({ userId }) => userId));
}

/** Those whose entry is missing, and of whom no administrator has let it be. */
export async function heldByEntry(on: Reader, { connectionId }: DirectoryScope): Promise<Set<string>> {
  const found = await rows<{ userId: string }>(
    on,
    sql`SELECT "userId" FROM "directory_held" WHERE "directoryId" = ${connectionId} AND "missing" = 'entry'
        AND "approvedAt" IS NULL`,
  );
  return new Set(found.map(({ userId }) => userId));
}

/** Who would go because something was not returned. */
export interface Going {
  userIds: readonly string[];
  /** Who has a tier as long as nobody goes (`grantedPeople`). */
  granted: ReadonlySet<string>;
  /** How many entries that tell something, or members, the same read gave: an empty answer takes nobody away. */
  returned: number;
}

/**
 * The guard: whether people who would go because something was not returned must wait for an administrator. They are
 * counted with those who went lately and are not back, so that nothing takes a company away a few at a time; among all
 * people of the directory, and among those with a tier, who may be a small part of them. Those of whom an administrator
 * has let it be do not count.
 */
export async function mustWait(on: Reader, scope: DirectoryScope, going: Going): Promise<boolean> {
  const { userIds, granted, returned } = going;
  if (userIds.length === 0) return false;
  const approved = await approvedOf(on, scope);
  const fresh = userIds.filter((id) => !approved.has(id));
  if (fresh.length === 0) return false;
  if (returned === 0) return true;
  const now = new Set(fresh);
  const before = [...(await wentLately(on, scope))].filter(([id]) => !granted.has(id) && !now.has(id));
  const withTier = before.filter(([, hadTier]) => hadTier).length;
  return (
    fresh.length + before.length > mayGo((await peopleOf(on, scope)) + before.length) ||
    fresh.filter((id) => granted.has(id)).length + withTier > mayGo(granted.size + withTier)
  );
}

/** Whether the guard holds anybody for this reason, let go by an administrator or not. */
export const someoneWaits = (
  on: Reader,
  { connectionId: directoryId }: DirectoryScope,
  missing: HeldPerson['missing'],
): Promise<boolean> => on.existsBy(HeldPersonTable, { directoryId, missing });

/**
 * Writes down who waits; those who were approved stay so.
 * @param whole these are all who wait for this reason: whoever waited before does not any more
 */
export async function hold(
  ground: Ground,
  scope: DirectoryScope,
  missing: HeldPerson['missing'],
  userIds: readonly string[],
  whole: boolean,
): Promise<void> {
  const { organisationId, accountId, connectionId: directoryId } = scope;
  const present = await rows<Pick<HeldPerson, 'userId' | 'missing'>>(
    ground.db.read,
    sql`SELECT "userId", "missing" FROM "directory_held" WHERE "directoryId" = ${directoryId}`,
  );
  const before = new Map(present.map((held) => [held.userId, held.missing]));
  const wanted = new Set(userIds);
  // Whose entry is missing is missing as a member too: that says less.
  const fresh = userIds.filter((id) => before.get(id) !== 'entry' && before.get(id) !== missing);
  const left = whole ? [...before].filter(([id, why]) => why === missing && !wanted.has(id)).map(([id]) => id) : [];
  if (fresh.length === 0 && left.length === 0) return;
  const since = clock.now();
  const action = { eventName: 'HoldDirectoryChanges', requestParameters: { missing, people: userIds.length } };
  await asDirectory(ground, scope, action, async (m) => {
    await drop(m, directoryId, [...left, ...fresh]);
    await insertRows(
      m,
      HeldPersonTable,
      fresh.map((userId) => ({ directoryId, userId, organisationId, accountId, missing, since, approvedAt: null })),
      'pass over',
    );
    await m.update(DirectoryStateTable, { directoryId }, { heldAt: since });
    return { result: undefined };
  });
}

/** Nobody waits any more for this reason: what was missing is back, or they went. */
export async function holdNobody(ground: Ground, scope: FollowerScope, missing: HeldPerson['missing']): Promise<void> {
  const { connectionId: directoryId } = scope;
  if (!(await someoneWaits(ground.db.read, scope, missing))) return;
  await ground.db.write(async (m) => {
    await requireLease(m, scope);
    await m.delete(HeldPersonTable, { directoryId, missing });
    if (await m.existsBy(HeldPersonTable, { directoryId })) return;
    await m.update(DirectoryStateTable, { directoryId }, { heldAt: null, approvedAt: null, approvedBy: null });
  });
}

async function drop(m: Writer, directoryId: string, userIds: readonly string[]): Promise<void> {
  for (const some of chunks(userIds)) {
    await rows(
      m,
      sql`DELETE FROM "directory_held" WHERE "directoryId" = ${directoryId} AND "userId" IN (${list(some)})`,
    );
  }
}
