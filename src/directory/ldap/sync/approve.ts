import { createHash } from 'node:crypto';
import { clock } from '../../../platform/clock/clock.ts';
import { rows } from '../../../platform/database/run.ts';
import { isOneOf, sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { directoryErrors } from '../../errors.ts';
import type { HeldPerson } from './state/held.entity.ts';
import { DirectoryStateTable } from './state/state.entity.ts';
import { wantFull } from './state/states.ts';
import { heldChanges } from './texts.ts';

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
  /**
   * The list by a name that is short enough to be typed: how many they are, since when the last of them, and a digest of
   * their ids. Any other list has another one.
   */
  digest: string;
}

interface HeldRow {
  userId: string;
  since: number;
}

const held = async (on: Reader, { connectionId }: DirectoryScope): Promise<HeldRow[]> => {
  const found = await rows<Record<keyof HeldRow, string>>(
    on,
    sql`SELECT "userId", "since" FROM "directory_held" WHERE "directoryId" = ${connectionId}`,
  );
  return found.map(({ userId, since }) => ({ userId, since: Number(since) }));
};

/** All who are held, waiting and let go, in two words. */
export const heldShown = async (on: Reader, scope: DirectoryScope): Promise<Shown> => shownOf(await held(on, scope));

function shownOf(list: readonly HeldRow[]): Shown {
  const ids = list.map(({ userId }) => userId).toSorted();
  const hash = createHash('sha256').update(ids.join('\n')).digest('base64url').slice(0, 22);
  const last = Math.max(0, ...list.map(({ since }) => since));
  return { people: ids.length, digest: [ids.length, last.toString(36), hash].join('.') };
}

/**
 * An administrator has seen who is held, and lets it go on: exactly these people are out with the next read, if what
 * was missing is missing still.
 * @param seen whom the administrator was shown (`heldShown`): others by now, and they are asked again
 * @throws directory.nothingHeld, directory.heldChanged
 */
export async function approveHeld(
  ground: Ground,
  scope: DirectoryScope,
  by: string,
  seen: Pick<Shown, 'digest'>,
): Promise<number> {
  const { organisationId, accountId, connectionId: directoryId } = scope;
  const requestParameters = { directoryId, list: seen.digest.slice(0, 64) };
  const action = { eventName: 'ApproveDirectoryChanges', organisationId, accountId, requestParameters };
  return ground.trail.perform(action, async (m) => {
    const list = await held(m, scope);
    const { people, digest } = shownOf(list);
    if (people === 0) throw directoryErrors('directory.nothingHeld');
    if (digest !== seen.digest) {
      const changes = await changesSince(m, seen.digest, list);
      throw directoryErrors('directory.heldChanged', { values: { people, changes } });
    }
    const now = clock.now();
    await rows(m, sql`UPDATE "directory_held" SET "approvedAt" = ${now} WHERE "directoryId" = ${directoryId}`);
    await m.update(DirectoryStateTable, { directoryId }, { approvedAt: now, approvedBy: by, fullWantedAt: now });
    return { result: people, responseElements: { people } };
  });
}

/** Names that a refusal has of those who came. */
const named = 5;

/** What became of the list that somebody has seen, in a sentence; who came after its last one is told by name. */
async function changesSince(on: Reader, digest: string, list: readonly HeldRow[]): Promise<string> {
  const [, people, last] = /^(\d{1,9})\.([0-9a-z]{1,11})\.[\w-]{1,43}$/.exec(digest) ?? [];
  if (people === undefined || last === undefined) return heldChanges(null);
  const came = list.filter(({ since }) => since > parseInt(last, 36)).map(({ userId }) => userId);
  const first = await rows<{ address: string }>(
    on,
    sql`SELECT "primaryAddress" AS "address" FROM "users" WHERE "id" ${isOneOf(came)}
        ORDER BY "primaryAddressKey" LIMIT ${named}`,
  );
  const gone = Number(people) - (list.length - came.length);
  return heldChanges({ came: came.length, gone, names: first.map(({ address }) => address) });
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
