import { chunks } from '../../../../platform/database/chunks.ts';
import { insertRows } from '../../../../platform/database/insert.ts';
import { rows } from '../../../../platform/database/run.ts';
import { isOneOf, sql } from '../../../../platform/database/sql.ts';
import type { Reader } from '../../../../platform/database/unit.ts';
import type { Ground } from '../../../../trail/ground.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';
import { storeGroups as storeFound } from '../../groups/store.ts';
import { dnHashOf } from '../people/person.ts';
import { type DirectoryEntry, DirectoryEntryTable } from '../state/entry.entity.ts';
import { asDirectory } from '../unit.ts';
import type { DirectoryGroup } from './apply.ts';
import { groupsOf } from './plan.ts';

/** The guids of the groups with a tier that reads did not give back any more. */
export async function goneGroups(on: Reader, { connectionId }: DirectoryScope): Promise<Set<string>> {
  const found = await rows<{ guid: string }>(
    on,
    sql`SELECT "guid" FROM "directory_entries" WHERE "directoryId" = ${connectionId} AND "kind" = 'group'
        AND "goneAt" IS NOT NULL`,
  );
  return new Set(found.map(({ guid }) => guid));
}

/** Groups that one unit writes. */
const groupsAtOnce = 500;

/** Makes rows of the groups that are new, renamed or moved; and entries, by whose DNs they are found as members. */
export async function storeGroups(
  ground: Ground,
  scope: DirectoryScope,
  groups: readonly DirectoryGroup[],
): Promise<void> {
  const { organisationId, accountId, connectionId: directoryId } = scope;
  const on = ground.db.read;
  const names = new Map((await groupsOf(on, scope)).map(({ externalId, displayName }) => [externalId, displayName]));
  const taken = new Set(names.values());
  const read = await rows<{ guid: string; dnHash: string }>(
    on,
    sql`SELECT "guid", "dnHash" FROM "directory_entries" WHERE "directoryId" = ${directoryId} AND "kind" = 'group'
        AND "goneAt" IS NULL`,
  );
  const hashes = new Map(read.map(({ guid, dnHash }) => [guid, dnHash]));
  const news = groups.filter(({ guid, dn, name }) => {
    const present = names.get(guid);
    // Of several groups of one name the later ones have another here.
    return present === undefined || (present !== name && !taken.has(name)) || hashes.get(guid) !== dnHashOf(dn);
  });
  for (const some of chunks(news, groupsAtOnce)) {
    const action = { eventName: 'SyncDirectoryGroups', requestParameters: { groups: some.length } };
    await asDirectory(ground, scope, action, async (m) => {
      const found = some.map(({ guid, name, dn }) => ({ id: guid, name, dn }));
      const ids = await storeFound(ground, m, scope, found);
      const nothing = { expiresAt: null, goneAt: null, problem: null, label: null, domain: null };
      const entries = some.map(({ guid, dn }): DirectoryEntry => {
        const known = { directoryId, guid, organisationId, accountId, localId: ids.get(guid)!, dnHash: dnHashOf(dn) };
        return { ...known, ...nothing, contentHash: '', kind: 'group' };
      });
      await rows(
        m,
        sql`DELETE FROM "directory_entries" WHERE "directoryId" = ${directoryId}
            AND "guid" ${isOneOf(some.map(({ guid }) => guid))}`,
      );
      await insertRows(m, DirectoryEntryTable, entries);
      return { result: undefined };
    });
  }
}
