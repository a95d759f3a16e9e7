import { normaliseAddress } from '../../../../accounts/domains/name.ts';
import { rows } from '../../../../platform/database/run.ts';
import { isOneOf, sql } from '../../../../platform/database/sql.ts';
import type { Reader } from '../../../../platform/database/unit.ts';
import type { Ground } from '../../../../trail/ground.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';
import type { DirectoryReader } from '../reader.ts';
import type { FollowerScope } from '../state/states.ts';
import { applyPeople } from './apply.ts';
import type { DirectoryPerson } from './person.ts';
import { takenCodes } from './swap.ts';

/** As many as one turn takes over. */
const atOnce = 500;

interface Waiting {
  guid: string;
  /** Who they are already, whose new address is somebody else's. */
  userId: string | null;
  label: string;
}

/**
 * The entries that could not have their address because somebody had it, who has it no more: whoever had it is gone from
 * the directory, has another one, or waits for that of one of these. Nothing of theirs changes by that.
 */
export async function freedEntries(on: Reader, { accountId, connectionId }: DirectoryScope): Promise<string[]> {
  const waiting = await rows<Waiting>(
    on,
    sql`SELECT "guid", "localId" AS "userId", "label" FROM "directory_entries" WHERE "directoryId" = ${connectionId}
        AND "problem" IS NOT NULL AND "problem" ${isOneOf([...takenCodes])} AND "goneAt" IS NULL
        AND "label" IS NOT NULL`,
  );
  if (waiting.length === 0) return [];
  const keyOf = new Map(waiting.map(({ guid, label }) => [guid, normaliseAddress(label) ?? '']));
  const keys = isOneOf([...new Set(keyOf.values())]);
  const having = sql`FROM "users" u WHERE "accountId" = ${accountId} AND "deletedAt" IS NULL AND "releasedAt" IS NULL
      AND NOT EXISTS (SELECT 1 FROM "directory_entries" e WHERE e."localId" = u."id"
        AND e."directoryId" = ${connectionId} AND e."goneAt" IS NOT NULL)`;
  const holders = await rows<{ id: string; key: string }>(
    on,
    sql`SELECT "id", "primaryAddressKey" AS "key" ${having} AND "primaryAddressKey" ${keys}
        UNION SELECT "id", "userNameKey" ${having} AND "userNameKey" ${keys}`,
  );
  const holding = Map.groupBy(holders, ({ key }) => key);
  let free = waiting;
  for (let before = -1; before !== free.length;) {
    before = free.length;
    const moving = new Set(free.flatMap(({ userId }) => userId ?? []));
    free = free.filter(({ guid }) => (holding.get(keyOf.get(guid)!) ?? []).every(({ id }) => moving.has(id)));
  }
  return free.map(({ guid }) => guid);
}

/**
 * Takes the entries over whose address is free by now, all of them in one go, since some may have swapped theirs.
 * @param tried those for whom that was in vain, who are added to it; they are left alone
 */
export async function applyFreed(
  ground: Ground,
  scope: FollowerScope,
  reader: Pick<DirectoryReader, 'these'>,
  tried: Set<string>,
): Promise<void> {
  const free = (await freedEntries(ground.db.read, scope)).filter((guid) => !tried.has(guid)).slice(0, atOnce);
  if (free.length === 0) return;
  for (const guid of free) tried.add(guid);
  const people: DirectoryPerson[] = [];
  for await (const some of reader.these(free)) people.push(...some);
  await applyPeople(ground, scope, people);
}
