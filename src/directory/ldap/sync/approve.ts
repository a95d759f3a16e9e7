import { createHash } from 'node:crypto';
import { clock } from '../../../platform/clock/clock.ts';
import { rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { directoryErrors } from '../../errors.ts';
import type { HeldPerson } from './state/held.entity.ts';
import { DirectoryStateTable } from './state/state.entity.ts';
import { wantFull } from './state/states.ts';

/** Somebody whom the guard holds, as the administrator sees them. */
export interface HeldLine {
  userId: string;
  address: string;
  displayName: string | null;
  missing: HeldPerson['missing'];
  since: number;
  approved: boolean;
}

/** Whom a read would have put out because something was not returned, by address; a page of them. */
export async function listHeld(
  on: Reader,
  { connectionId }: DirectoryScope,
  { limit, offset }: { limit: number; offset: number },
): Promise<HeldLine[]> {
  const found = await rows<Omit<HeldLine, 'approved' | 'since'> & { since: number | string; approvedAt: unknown }>(
    on,
    sql`SELECT h."userId", u."primaryAddress" AS "address", u."displayName", h."missing", h."since", h."approvedAt"
        FROM "directory_held" h JOIN "users" u ON u."id" = h."userId"
        WHERE h."directoryId" = ${connectionId} ORDER BY u."primaryAddressKey", u."id" LIMIT ${limit} OFFSET ${offset}`,
  );
  return found.map(({ approvedAt, since, ...line }) => ({
    ...line,
    since: Number(since),
    approved: approvedAt !== null,
  }));
}

/** Whom an administrator was shown: how many, and which. */
export interface Shown {
  people: number;
  /** Of their ids. */
  digest: string;
}

/** All who are held, waiting and let go, in two words. */
export async function heldShown(on: Reader, { connectionId }: DirectoryScope): Promise<Shown> {
  const held = await rows<{ userId: string }>(
    on,
    sql`SELECT "userId" FROM "directory_held" WHERE "directoryId" = ${connectionId}`,
  );
  const ids = held.map(({ userId }) => userId).toSorted();
  return { people: ids.length, digest: createHash('sha256').update(ids.join('\n')).digest('base64url') };
}

/**
 * An administrator has seen who is held, and lets it go on: exactly these people are out with the next read, if what
 * was missing is missing still.
 * @param seen whom the administrator was shown (`heldShown`): others by now, and they are asked again
 * @throws directory.nothingHeld, directory.heldChanged
 */
export async function approveHeld(ground: Ground, scope: DirectoryScope, by: string, seen: Shown): Promise<number> {
  const { organisationId, accountId, connectionId: directoryId } = scope;
  const requestParameters = { directoryId, people: seen.people };
  const action = { eventName: 'ApproveDirectoryChanges', organisationId, accountId, requestParameters };
  return ground.trail.perform(action, async (m) => {
    const held = await heldShown(m, scope);
    if (held.people === 0) throw directoryErrors('directory.nothingHeld');
    if (held.digest !== seen.digest)
      throw directoryErrors('directory.heldChanged', { values: { people: held.people } });
    const now = clock.now();
    await rows(m, sql`UPDATE "directory_held" SET "approvedAt" = ${now} WHERE "directoryId" = ${directoryId}`);
    await m.update(DirectoryStateTable, { directoryId }, { approvedAt: now, approvedBy: by, fullWantedAt: now });
    return { result: held.people };
  });
}

/** An administrator wants a directory read whole now (ReadDirectory), as after mending something there. */
export async function requestRead(ground: Ground, scope: DirectoryScope): Promise<void> {
  const { organisationId, accountId, connectionId: directoryId } = scope;
  const action = { eventName: 'ReadDirectory', organisationId, accountId, requestParameters: { directoryId } };
  await ground.trail.perform(action, async (m) => {
    await wantFull(m, directoryId);
    return { result: undefined };
  });
}
