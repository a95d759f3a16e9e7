import { clock } from '../../../../platform/clock/clock.ts';
import { firstRow } from '../../../../platform/database/run.ts';
import { sql } from '../../../../platform/database/sql.ts';
import type { Reader } from '../../../../platform/database/unit.ts';
import type { Ground } from '../../../../trail/ground.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';
import { isWanted, stateOf, wantFull } from '../state/states.ts';
import { entriesOf, isAsItFailed, refuse } from './apply.ts';
import { type DirectoryPerson, saysNo, saysYes } from './person.ts';
import { writePeople } from './write.ts';

/** What is known here of an entry: its person, and whether they have the directory's no. */
export async function askAboutEntry(on: Reader, scope: DirectoryScope, person: DirectoryPerson) {
  const [entries, isRefused] = await Promise.all([entriesOf(on, scope, [person]), isRefusedBy(on, scope, person)]);
  return { known: entries.get(person.guid), isRefused };
}

/**
 * Takes over what a sign-in has read of an entry. It was read before the password was proved, perhaps of another server
 * than the follower's, so that it may be older than what is known: it makes a person of an entry that is not known, and
 * says no; it lifts and overwrites nothing. Whoever looks enabled against a no is read anew by the follower.
 * @param asked what was known of the entry a moment ago
 * @returns the id of the person; null for one who was not known
 */
export async function meetPerson(
  ground: Ground,
  scope: DirectoryScope,
  person: DirectoryPerson,
  asked = askAboutEntry(ground.db.read, scope, person),
): Promise<string | null> {
  const on = ground.db.read;
  const { known, isRefused } = await asked;
  if (!known?.userId) {
    if (!known || !(await isAsItFailed(on, scope, known, person))) await writePeople(ground, scope, [person], 'new');
    return null;
  }
  const now = clock.now();
  const no = saysNo(person, now);
  if (no && !isRefused) await refuse(ground, scope, [known.userId], { because: 'the directory says no at a sign-in' });
  if (!saysYes(person, now) || !isRefused) return known.userId;
  const state = await stateOf(on, scope.connectionId);
  // Who tries again and again makes no more of it.
  if (state && !isWanted(state.fullWantedAt, state.fullAt)) {
    await ground.db.write((m) => wantFull(m, scope.connectionId));
  }
  return known.userId;
}

/** Whether the person of an entry has the directory's no at the moment. */
const isRefusedBy = async (on: Reader, { connectionId }: DirectoryScope, { guid }: DirectoryPerson): Promise<boolean> =>
  (await firstRow(
    on,
    sql`SELECT 1 AS "one" FROM "user_causes" c WHERE c."cause" = 'directory' AND c."userId" = (
          SELECT "localId" FROM "directory_entries" WHERE "directoryId" = ${connectionId} AND "guid" = ${guid})`,
  )) !== null;
