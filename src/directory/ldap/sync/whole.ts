import { clock } from '../../../platform/clock/clock.ts';
import type { Ground } from '../../../trail/ground.ts';
import { oneAhead } from './ahead.ts';
import { applyGroups } from './groups/apply.ts';
import { groupsOf } from './groups/plan.ts';
import { mappedGuids } from './groups/walk.ts';
import { applyAbsence } from './people/absent.ts';
import { applyPeople } from './people/apply.ts';
import { applyFreed } from './people/freed.ts';
import type { Meanwhile } from './meanwhile.ts';
import type { DirectoryReader } from './reader.ts';
import { countEntries } from './state/counts.ts';
import { type FollowerScope, keep } from './state/states.ts';
import { readEach } from './unreadable.ts';

/**
 * Reads a directory whole: people page by page, whoever is missing, then the groups that have a tier with all that is
 * nested in them. A read that fails on the way has changed only what it had been told; what it missed is no absence.
 */
export async function readWhole(
  ground: Ground,
  scope: FollowerScope,
  reader: DirectoryReader,
  meanwhile: Meanwhile,
): Promise<void> {
  const began = clock.now();
  const from = performance.now();
  const cursor = await reader.position(null);
  // What one server counts by is worth nothing at another.
  if (meanwhile.since?.server !== cursor.server) meanwhile.since = null;
  const seen = new Set<string>();
  for await (const people of meanwhile.between(oneAhead(reader.people()))) {
    for (const { guid } of people) seen.add(guid);
    const still = people.filter(({ guid }) => !meanwhile.changed.has(guid));
    await applyPeople(ground, scope, still);
  }
  await applyAbsence(ground, scope, seen, meanwhile.changed, (guids) => reader.existing('user', guids));
  await applyFreed(ground, scope, reader, new Set());
  await readGroups(ground, scope, reader);
  const counts = await countEntries(ground.db.read, scope.connectionId);
  const fullMs = Math.round(performance.now() - from);
  await keep(ground, scope.connectionId, { ...counts, cursor, fullAt: began, readAt: began, fullMs }, scope.leaseBy);
}

/** The groups that have a tier, and what is nested in them: all that matter. */
export async function readGroups(ground: Ground, scope: FollowerScope, reader: DirectoryReader): Promise<void> {
  const on = ground.db.read;
  const groupsAt = clock.now();
  const before = new Set((await groupsOf(on, scope)).flatMap(({ externalId }) => externalId ?? []));
  const { groups, whole } = await readEach(ground, scope, reader, await mappedGuids(on, scope));
  // What leads through a group that was not read is not known: nothing is dropped then.
  await applyGroups(ground, scope, groups, whole ? before : null);
  await keep(ground, scope.connectionId, { groupsAt }, scope.leaseBy);
}
